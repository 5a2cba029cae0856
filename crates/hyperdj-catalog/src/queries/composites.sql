-- Composite types that stand alone: those of tables are the tables.
-- $1: names of the namespaces to read, or NULL for all
SELECT t.oid,
       n.nspname,
       t.typname,
       (SELECT json_agg(json_build_array(a.attname, format_type(a.atttypid, a.atttypmod)) ORDER BY a.attnum)
        FROM pg_attribute a
        WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped),
       obj_description(t.oid, 'pg_type'),
       (SELECT json_agg(json_build_array(a.attname, cn.nspname, co.collname) ORDER BY a.attnum)
        FROM pg_attribute a
        JOIN pg_type b ON b.oid = a.atttypid AND b.typcollation <> a.attcollation
        JOIN pg_collation co ON co.oid = a.attcollation
        JOIN pg_namespace cn ON cn.oid = co.collnamespace
        WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped)
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace
JOIN pg_class c ON c.oid = t.typrelid AND c.relkind = 'c'
WHERE t.typtype = 'c'
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND ($1::text[] IS NULL OR n.nspname = ANY ($1::text[]))
  AND NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
ORDER BY n.nspname COLLATE "C", t.typname COLLATE "C"
