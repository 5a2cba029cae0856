-- Types of pg_catalog: name, category, whether preferred, element type, length, storage.
SELECT t.typname, t.typcategory, CASE WHEN t.typispreferred THEN 'p' ELSE '-' END,
       coalesce(e.typname, '-'), t.typtype, t.typstorage, CASE WHEN t.typcollation <> 0 THEN 'c' ELSE '-' END
FROM pg_type t LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
WHERE t.typnamespace = 'pg_catalog'::regnamespace AND t.typtype IN ('b', 'r', 'm', 'p') AND t.typname !~ '^pg_toast'
  AND t.oid < 16384 AND t.typrelid = 0
  AND (t.typcategory <> 'A' OR e.typrelid = 0)
ORDER BY t.typname COLLATE "C"
