-- Plain functions of pg_catalog that SQL can call: name, result type, defaults, variadic element or -, argument types.
SELECT p.proname, r.typname, p.pronargdefaults, coalesce(v.typname, '-'),
       (SELECT coalesce(string_agg(a.typname, ' ' ORDER BY u.position), '')
        FROM unnest(p.proargtypes) WITH ORDINALITY u(oid, position) JOIN pg_type a ON a.oid = u.oid)
FROM pg_proc p JOIN pg_type r ON r.oid = p.prorettype LEFT JOIN pg_type v ON v.oid = p.provariadic AND p.provariadic <> 0
WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'f' AND NOT p.proretset AND p.oid < 16384
  AND r.typname NOT IN ('internal', 'trigger', 'event_trigger', 'cstring', 'language_handler', 'fdw_handler',
                        'index_am_handler', 'table_am_handler', 'tsm_handler', 'void')
  AND NOT EXISTS (SELECT FROM unnest(p.proargtypes) u(oid) JOIN pg_type a ON a.oid = u.oid
                  WHERE a.typname IN ('internal', 'cstring'))
ORDER BY p.proname COLLATE "C", 5
