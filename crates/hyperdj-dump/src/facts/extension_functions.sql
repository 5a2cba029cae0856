-- Plain functions of extensions that take and give types of pg_catalog alone: extension, name, result type, argument types.
-- Not those that are called like one of pg_catalog, which comes first. Run in a database with every extension of PostgreSQL's own that it takes.
SELECT e.extname, p.proname, r.typname,
       (SELECT coalesce(string_agg(a.typname, ' ' ORDER BY u.position), '')
        FROM unnest(p.proargtypes) WITH ORDINALITY u(oid, position) JOIN pg_type a ON a.oid = u.oid)
FROM pg_proc p JOIN pg_type r ON r.oid = p.prorettype
     JOIN pg_depend d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
     JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass
WHERE p.prokind = 'f' AND NOT p.proretset AND p.provariadic = 0 AND p.pronargdefaults = 0
  AND r.typnamespace = 'pg_catalog'::regnamespace
  AND r.typname NOT IN ('internal', 'trigger', 'event_trigger', 'cstring', 'language_handler', 'fdw_handler',
                        'index_am_handler', 'table_am_handler', 'tsm_handler', 'void', 'record')
  AND NOT EXISTS (SELECT FROM unnest(p.proargtypes) u(oid) JOIN pg_type a ON a.oid = u.oid
                  WHERE a.typname IN ('internal', 'cstring') OR a.typnamespace <> 'pg_catalog'::regnamespace)
  AND NOT EXISTS (SELECT FROM pg_proc b WHERE b.proname = p.proname AND b.pronamespace = 'pg_catalog'::regnamespace)
ORDER BY e.extname COLLATE "C", p.proname COLLATE "C", 4
