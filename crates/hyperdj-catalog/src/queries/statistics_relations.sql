-- What the server counts of tables and their indexes. No table is read; only the size of one that was never vacuumed or
-- analysed is asked for.
-- $1: names of the namespaces to read, or NULL for all
SELECT c.oid,
       CASE WHEN c.reltuples < 0 OR c.relpages <= 0 THEN coalesce(s.n_live_tup, 0)
            ELSE c.reltuples::bigint
       END,
       greatest(c.relpages, 0)::bigint * current_setting('block_size')::bigint,
       CASE WHEN c.relkind = 'p' THEN false
            WHEN c.relpages > 0 OR s.n_live_tup > 0 THEN true
            ELSE pg_relation_size(c.oid) > 0
       END,
       -- A reset of the server's counters takes away that a table was analysed; what was found then stays.
       CASE WHEN c.reltuples < 0 THEN false
            WHEN s.analyze_count + s.autoanalyze_count > 0 OR st.tablename IS NOT NULL THEN true
            WHEN has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') THEN false
       END,
       -- A typed table, or one whose rows are values of columns elsewhere.
       c.reloftype <> 0
           OR EXISTS (SELECT FROM pg_type t
                      JOIN pg_depend d ON d.refclassid = 'pg_type'::regclass AND d.refobjid IN (t.oid, t.typarray)
                      WHERE t.oid = c.reltype AND d.deptype = 'n'
                        AND d.classid IN ('pg_class'::regclass, 'pg_type'::regclass)),
       indexes.found
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
LEFT JOIN (SELECT DISTINCT schemaname, tablename FROM pg_stats) st
       ON st.schemaname = n.nspname AND st.tablename = c.relname
LEFT JOIN (SELECT i.indrelid,
                  json_agg(json_build_array(
                      ic.relname,
                      greatest(ic.relpages, 0)::bigint * current_setting('block_size')::bigint,
                      pg_stat_get_numscans(ic.oid),
                      i.indisreplident OR i.indisclustered OR k.conindid IS NOT NULL)) AS found
           FROM pg_index i
           JOIN pg_class ic ON ic.oid = i.indexrelid
           LEFT JOIN (SELECT DISTINCT conindid FROM pg_constraint WHERE contype = 'f') k
                  ON k.conindid = i.indexrelid
           GROUP BY i.indrelid) indexes ON indexes.indrelid = c.oid
WHERE c.relkind IN ('r', 'p', 'm')
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND ($1::text[] IS NULL OR n.nspname = ANY ($1::text[]))
