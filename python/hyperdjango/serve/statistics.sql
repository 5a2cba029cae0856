-- How many rows each table had when it was analyzed, -1 where it never was, and whether the role may read it.
SELECT n.nspname::text, c.relname::text, pg_catalog.has_table_privilege(c.oid, 'SELECT') AS is_readable,
       CASE
           WHEN c.relkind = 'v' THEN -1
           WHEN c.relkind = 'p' THEN (
               SELECT CASE WHEN bool_or(leaf.reltuples < 0) THEN -1 ELSE coalesce(sum(leaf.reltuples), 0) END
               FROM pg_catalog.pg_partition_tree(c.oid) tree
               JOIN pg_catalog.pg_class leaf ON leaf.oid = tree.relid
               WHERE tree.isleaf)
           -- Before PostgreSQL 14 both are 0 for a table that was never analyzed.
           WHEN c.reltuples = 0 AND c.relpages = 0 THEN -1
           ELSE c.reltuples
       END::float8 AS reltuples
FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) w(nspname, relname)
JOIN pg_catalog.pg_namespace n ON n.nspname = w.nspname
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = w.relname
