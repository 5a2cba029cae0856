-- Constraints of tables. Only checks and exclusions are deparsed: the rest is said whole by the catalog's columns.
-- $1: names of the namespaces to read, or NULL for all
SELECT k.conrelid,
       k.contype,
       k.conname,
       k.condeferrable,
       k.condeferred,
       k.convalidated,
       k.conkey,
       k.conindid,
       tn.nspname,
       tc.relname,
       CASE WHEN k.contype <> 'f' THEN NULL
            WHEN cardinality(k.confkey) = 1 THEN
           (SELECT json_build_array(a.attname)
            FROM pg_attribute a WHERE a.attrelid = k.confrelid AND a.attnum = k.confkey[1])
            ELSE
           (SELECT json_agg(a.attname ORDER BY u.position)
            FROM unnest(k.confkey) WITH ORDINALITY u(number, position)
            JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.number)
       END,
       k.confmatchtype,
       k.confdeltype,
       k.confupdtype,
       k.confdelsetcols, --@15+
       NULL, --@<15
       k.connoinherit,
       k.conparentid <> 0 OR NOT k.conislocal,
       CASE k.contype
           WHEN 'c' THEN pg_get_expr(k.conbin, k.conrelid)
           WHEN 'x' THEN pg_get_constraintdef(k.oid)
       END,
       d.description
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_class tc ON tc.oid = k.confrelid AND k.contype = 'f'
LEFT JOIN pg_namespace tn ON tn.oid = tc.relnamespace
LEFT JOIN pg_description d
       ON d.objoid = k.oid AND d.classoid = 'pg_constraint'::regclass AND d.objsubid = 0
WHERE k.contype IN ('p', 'u', 'f', 'c', 'x')
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND ($1::text[] IS NULL OR n.nspname = ANY ($1::text[]))
  -- What a foreign key has for each partition of the table that it refers to is PostgreSQL's own affair.
  AND NOT (k.contype = 'f' AND k.conparentid <> 0
           AND EXISTS (SELECT FROM pg_constraint p WHERE p.oid = k.conparentid AND p.conrelid = k.conrelid))
ORDER BY k.conrelid, k.conname COLLATE "C"
