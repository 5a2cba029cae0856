-- Domains of the namespaces that are read, and of others where a column that is read uses them.
-- $1: names of the namespaces to read, or NULL for all
SELECT t.oid,
       n.nspname,
       t.typname,
       format_type(t.typbasetype, t.typtypmod),
       NOT t.typnotnull,
       CASE WHEN t.typdefaultbin IS NOT NULL THEN pg_get_expr(t.typdefaultbin, 0) END,
       CASE WHEN t.typcollation <> b.typcollation THEN cn.nspname END,
       CASE WHEN t.typcollation <> b.typcollation THEN co.collname END,
       (SELECT json_agg(json_build_array(k.conname, pg_get_expr(k.conbin, 0), k.convalidated,
                                         obj_description(k.oid, 'pg_constraint'))
                        ORDER BY k.conname COLLATE "C")
        FROM pg_constraint k
        WHERE k.contypid = t.oid AND k.contype = 'c'),
       obj_description(t.oid, 'pg_type')
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace
JOIN pg_type b ON b.oid = t.typbasetype
LEFT JOIN pg_collation co ON co.oid = t.typcollation AND t.typcollation <> b.typcollation
LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
WHERE t.typtype = 'd'
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND ($1::text[] IS NULL OR n.nspname = ANY ($1::text[])
       OR EXISTS (SELECT FROM pg_attribute a
                  JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'f')
                  JOIN pg_namespace tn ON tn.oid = c.relnamespace
                  WHERE a.atttypid IN (t.oid, t.typarray) AND NOT a.attisdropped AND tn.nspname = ANY ($1::text[])))
  AND NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
ORDER BY n.nspname COLLATE "C", t.typname COLLATE "C"
