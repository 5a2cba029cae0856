-- Collations, servers, functions and aggregates, each as the statement that makes it.
WITH settings AS MATERIALIZED (SELECT set_config('search_path', '', false)),
members AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e')
SELECT statement FROM settings, (
    SELECT 1 AS rank, format('CREATE COLLATION %I.%I (provider = libc, locale = %L)', n.nspname, c.collname, c.collcollate) AS statement
    FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
    WHERE c.oid >= 16384 AND c.collprovider = 'c'
  UNION ALL
    SELECT 2, format('CREATE SERVER %I FOREIGN DATA WRAPPER %I', s.srvname, w.fdwname)
    FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
  UNION ALL
    SELECT 3, pg_get_functiondef(p.oid)
    FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
    WHERE p.oid >= 16384 AND p.prokind = 'f' AND l.lanname IN ('sql', 'plpgsql')
      AND ('pg_proc'::regclass, p.oid) NOT IN (SELECT classid, objid FROM members)
  UNION ALL
    SELECT 4, format('CREATE AGGREGATE %s (SFUNC = %s, STYPE = %s)',
                     p.oid::regprocedure, a.aggtransfn::regproc, format_type(a.aggtranstype, NULL))
    FROM pg_proc p JOIN pg_aggregate a ON a.aggfnoid = p.oid
    WHERE p.oid >= 16384 AND ('pg_proc'::regclass, p.oid) NOT IN (SELECT classid, objid FROM members)
) made
ORDER BY rank
