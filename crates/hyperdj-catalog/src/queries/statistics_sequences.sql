-- Where sequences stand, and the columns that take their values from each: by OWNED BY, as an identity column's own, or
-- by a default.
-- $1: names of the namespaces to read, or NULL for all
SELECT n.nspname,
       c.relname,
       format_type(q.seqtypid, NULL),
       q.seqincrement,
       q.seqmin,
       q.seqmax,
       q.seqcycle,
       has_schema_privilege(n.oid, 'USAGE') AND has_sequence_privilege(c.oid, 'USAGE, SELECT'),
       CASE WHEN has_sequence_privilege(c.oid, 'USAGE, SELECT') THEN pg_sequence_last_value(c.oid) END,
       users.columns
FROM pg_sequence q
JOIN pg_class c ON c.oid = q.seqrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN (SELECT u.sequence,
                  json_agg(json_build_array(un.nspname, uc.relname, ua.attname,
                                            format_type(ua.atttypid, ua.atttypmod))
                           ORDER BY un.nspname COLLATE "C", uc.relname COLLATE "C", ua.attnum) AS columns,
                  array_agg(un.nspname::text) AS namespaces
           FROM (SELECT d.objid AS sequence, d.refobjid AS relation, d.refobjsubid AS number
                 FROM pg_depend d
                 WHERE d.classid = 'pg_class'::regclass AND d.objsubid = 0
                   AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
                 UNION
                 SELECT d.refobjid, ad.adrelid, ad.adnum
                 FROM pg_depend d
                 JOIN pg_attrdef ad ON ad.oid = d.objid
                 WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass
                   AND d.refobjsubid = 0) u
           JOIN pg_class uc ON uc.oid = u.relation AND uc.relkind IN ('r', 'p')
           JOIN pg_namespace un ON un.oid = uc.relnamespace
           JOIN pg_attribute ua ON ua.attrelid = u.relation AND ua.attnum = u.number AND NOT ua.attisdropped
           GROUP BY u.sequence) users ON users.sequence = c.oid
WHERE c.relpersistence <> 't'
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND ($1::text[] IS NULL OR n.nspname = ANY ($1::text[]) OR users.namespaces && $1::text[])
  AND NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
