-- Tables, partitioned tables, foreign tables, views and materialized views.
-- $1: names of the namespaces to read, or NULL for all; $2: whether to read the definitions of views
SELECT c.oid,
       n.nspname,
       c.relname,
       c.relkind,
       c.relpersistence = 'u',
       has_schema_privilege(n.oid, 'USAGE')
           -- Whoever may refer to a table may know what it looks like.
           AND (has_table_privilege(c.oid, 'SELECT, REFERENCES') OR has_any_column_privilege(c.oid, 'SELECT')),
       CASE WHEN NOT has_table_privilege(c.oid, 'SELECT') AND has_any_column_privilege(c.oid, 'SELECT') THEN
           (SELECT json_agg(a.attname ORDER BY a.attnum)
            FROM pg_attribute a
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
              AND NOT has_column_privilege(c.oid, a.attnum, 'SELECT'))
       END,
       obj.description,
       to_json(c.reloptions || ARRAY(SELECT 'toast.' || option FROM unnest(toast.reloptions) option)),
       s.spcname,
       CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
       CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END,
       parents.names,
       CASE WHEN c.relkind IN ('v', 'm') AND $2::boolean THEN pg_get_viewdef(c.oid) END,
       c.relispopulated,
       fs.srvname,
       to_json(ft.ftoptions)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_description obj
       ON obj.objoid = c.oid AND obj.classoid = 'pg_class'::regclass AND obj.objsubid = 0
LEFT JOIN pg_class toast ON toast.oid = c.reltoastrelid AND toast.reloptions IS NOT NULL
LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace
LEFT JOIN (SELECT i.inhrelid, json_agg(json_build_array(pn.nspname, p.relname) ORDER BY i.inhseqno) AS names
           FROM pg_inherits i
           JOIN pg_class p ON p.oid = i.inhparent AND p.relkind IN ('r', 'p', 'f')
           JOIN pg_namespace pn ON pn.oid = p.relnamespace
           GROUP BY i.inhrelid) parents ON parents.inhrelid = c.oid
LEFT JOIN pg_foreign_table ft ON ft.ftrelid = c.oid
LEFT JOIN pg_foreign_server fs ON fs.oid = ft.ftserver
WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm')
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND ($1::text[] IS NULL OR n.nspname = ANY ($1::text[]))
  -- The history of migrations is our own affair.
  AND c.relname <> 'hyperdjango_migrations'
  AND NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
