-- Sequences, and the column that owns each: by OWNED BY ("a") or as an identity column's own ("i").
-- $1: names of the namespaces to read, or NULL for all
SELECT c.oid,
       n.nspname,
       c.relname,
       format_type(q.seqtypid, NULL),
       q.seqstart,
       q.seqincrement,
       q.seqmin,
       q.seqmax,
       q.seqcache,
       q.seqcycle,
       c.relpersistence,
       o.deptype,
       o.refobjid,
       o.refobjsubid,
       owner_n.nspname,
       owner_c.relname,
       owner_a.attname,
       owner_c.relpersistence, --@15+
       c.relpersistence, --@<15
       obj_description(c.oid, 'pg_class')
FROM pg_sequence q
JOIN pg_class c ON c.oid = q.seqrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_depend o
       ON o.classid = 'pg_class'::regclass AND o.objid = c.oid AND o.objsubid = 0
      AND o.refclassid = 'pg_class'::regclass AND o.refobjsubid > 0 AND o.deptype IN ('a', 'i')
LEFT JOIN pg_class owner_c ON owner_c.oid = o.refobjid
LEFT JOIN pg_namespace owner_n ON owner_n.oid = owner_c.relnamespace
LEFT JOIN pg_attribute owner_a ON owner_a.attrelid = o.refobjid AND owner_a.attnum = o.refobjsubid
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND ($1::text[] IS NULL OR n.nspname = ANY ($1::text[]) OR owner_n.nspname = ANY ($1::text[]))
  AND NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
