-- What the server refuses a change of a column's type for: views, policies, triggers, functions with a parsed body,
-- publications.
-- $1: names of the namespaces to read, or NULL for all
SELECT c.oid,
       a.attname,
       json_agg(DISTINCT CASE WHEN v.oid IS NOT NULL
                              THEN (CASE v.relkind WHEN 'm' THEN 'materialized view ' ELSE 'view ' END)
                                   || format('%I.%I', vn.nspname, v.relname)
                              ELSE pg_describe_object(d.classid, d.objid, d.objsubid)
                         END)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid AND d.refobjsubid = a.attnum
                AND d.classid IN ('pg_rewrite'::regclass, 'pg_policy'::regclass, 'pg_trigger'::regclass,
                                  'pg_proc'::regclass, 'pg_publication_rel'::regclass)
LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
LEFT JOIN pg_class v ON v.oid = r.ev_class
LEFT JOIN pg_namespace vn ON vn.oid = v.relnamespace
WHERE c.relkind IN ('r', 'p')
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND ($1::text[] IS NULL OR n.nspname = ANY ($1::text[]))
GROUP BY c.oid, a.attname
