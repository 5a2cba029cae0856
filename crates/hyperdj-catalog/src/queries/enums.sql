-- Enum types of the namespaces that are read, and of others where a column that is read uses them.
-- $1: names of the namespaces to read, or NULL for all
SELECT t.oid,
       n.nspname,
       t.typname,
       (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid),
       obj_description(t.oid, 'pg_type')
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype = 'e'
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND ($1::text[] IS NULL OR n.nspname = ANY ($1::text[])
       OR EXISTS (SELECT FROM pg_attribute a
                  JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'f')
                  JOIN pg_namespace cn ON cn.oid = c.relnamespace
                  WHERE a.atttypid IN (t.oid, t.typarray) AND NOT a.attisdropped AND cn.nspname = ANY ($1::text[])))
  AND NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
ORDER BY n.nspname COLLATE "C", t.typname COLLATE "C"
