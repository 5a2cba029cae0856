-- Columns, in table order.
-- $1: names of the namespaces to read, or NULL for all; $2: whether to read views
SELECT a.attrelid,
       a.attnum,
       a.attname,
       format_type(a.atttypid, a.atttypmod),
       NOT a.attnotnull,
       CASE WHEN ad.adbin IS NOT NULL THEN
           -- A default names no column; without its table, the server need not open that to print it.
           pg_get_expr(ad.adbin, CASE WHEN a.attgenerated = '' THEN 0 ELSE ad.adrelid END)
       END,
       a.attidentity,
       a.attgenerated,
       a.attcollation,
       CASE WHEN a.attcollation <> t.typcollation THEN
           (SELECT cn.nspname FROM pg_collation co JOIN pg_namespace cn ON cn.oid = co.collnamespace
            WHERE co.oid = a.attcollation)
       END,
       CASE WHEN a.attcollation <> t.typcollation THEN
           (SELECT co.collname FROM pg_collation co WHERE co.oid = a.attcollation)
       END,
       d.description,
       CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END,
       to_json(a.attfdwoptions)
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef ad ON a.atthasdef AND ad.adrelid = a.attrelid AND ad.adnum = a.attnum
LEFT JOIN pg_description d
       ON d.objoid = a.attrelid AND d.classoid = 'pg_class'::regclass AND d.objsubid = a.attnum
WHERE a.attnum > 0
  AND NOT a.attisdropped
  AND (c.relkind IN ('r', 'p', 'f') OR $2::boolean AND c.relkind IN ('v', 'm'))
  AND c.relnamespace = ANY (ARRAY(
      SELECT n.oid FROM pg_namespace n
      WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
        AND ($1::text[] IS NULL OR n.nspname = ANY ($1::text[]))))
ORDER BY a.attrelid, a.attnum
