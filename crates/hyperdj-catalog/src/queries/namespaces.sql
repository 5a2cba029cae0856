-- Every namespace that is a user's, with how many tables it holds: what was not asked for gives the near names.
-- $1: names of the namespaces to read, or NULL for all
SELECT n.oid,
       n.nspname,
       obj_description(n.oid, 'pg_namespace'),
       $1::text[] IS NULL OR n.nspname = ANY ($1::text[]),
       has_schema_privilege(n.oid, 'USAGE'),
       coalesce(c.tables, 0),
       EXISTS (SELECT FROM pg_depend d
               WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e')
FROM pg_namespace n
LEFT JOIN (SELECT relnamespace, count(*) AS tables FROM pg_class
           WHERE relkind IN ('r', 'p', 'f') AND relname <> 'hyperdjango_migrations' GROUP BY 1) c
       ON c.relnamespace = n.oid
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY n.nspname COLLATE "C"
