-- Indexes, those of constraints too. Only indexes with expressions are deparsed.
-- $1: names of the namespaces to read, or NULL for all; $2: whether to read views
SELECT i.indexrelid,
       i.indrelid,
       ic.relname,
       am.amname,
       i.indisunique,
       i.indnkeyatts,
       i.indkey,
       i.indoption,
       i.indclass,
       i.indcollation,
       CASE WHEN i.indpred IS NOT NULL THEN pg_get_expr(i.indpred, i.indrelid) END,
       CASE WHEN i.indexprs IS NOT NULL THEN pg_get_indexdef(i.indexrelid) END,
       CASE WHEN i.indexprs IS NOT NULL THEN
           (SELECT json_agg(pg_get_indexdef(i.indexrelid, position, false) ORDER BY position)
            FROM generate_series(1, i.indnkeyatts) position)
       END,
       CASE WHEN NOT i.indcollation::oid[] <@ '{0,100}'::oid[] THEN
           (SELECT json_object_agg(co.oid, json_build_array(cn.nspname, co.collname))
            FROM pg_collation co
            JOIN pg_namespace cn ON cn.oid = co.collnamespace
            WHERE co.oid = ANY (i.indcollation))
       END,
       to_json(ic.reloptions),
       s.spcname,
       i.indisvalid,
       i.indnullsnotdistinct, --@15+
       false, --@<15
       options.by_number,
       ic.relispartition AND EXISTS (SELECT FROM pg_inherits h
               JOIN pg_index parent ON parent.indexrelid = h.inhparent AND parent.indisvalid
               WHERE h.inhrelid = i.indexrelid),
       d.description
FROM pg_index i
JOIN pg_class ic ON ic.oid = i.indexrelid
JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_am am ON am.oid = ic.relam
LEFT JOIN pg_tablespace s ON s.oid = ic.reltablespace
LEFT JOIN (SELECT attrelid, json_object_agg(attnum, attoptions) AS by_number
           FROM pg_attribute
           WHERE attoptions IS NOT NULL
           GROUP BY attrelid) options ON options.attrelid = i.indexrelid
LEFT JOIN pg_description d
       ON d.objoid = i.indexrelid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
WHERE (c.relkind IN ('r', 'p', 'f') OR $2::boolean AND c.relkind = 'm')
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND ($1::text[] IS NULL OR n.nspname = ANY ($1::text[]))
ORDER BY i.indrelid, ic.relname COLLATE "C"
