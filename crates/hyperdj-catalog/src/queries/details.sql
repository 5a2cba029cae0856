-- What is set for relations and their columns beside what models can say, each only where it is not what a new one has;
-- and comments and security labels on what has no place of its own for them.
-- $1: names of the namespaces to read, or NULL for all
WITH namespaces AS MATERIALIZED (
    SELECT n.oid, n.nspname FROM pg_namespace n
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND ($1::text[] IS NULL OR n.nspname = ANY ($1::text[]))
), relations AS MATERIALIZED (
    SELECT c.oid, c.relkind, c.relname, c.relrowsecurity, c.relforcerowsecurity, c.relreplident, c.relam, c.reloftype, c.relispartition,
           n.nspname, format('%I.%I', n.nspname, c.relname) AS name
    FROM pg_class c JOIN namespaces n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S', 'c')
      AND c.relname <> 'hyperdjango_migrations'
      AND NOT EXISTS (SELECT FROM pg_depend d
                      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
)
SELECT 'relation', c.oid, NULL::smallint,
       json_build_object(
           'row_security', c.relrowsecurity,
           'force_row_security', c.relforcerowsecurity,
           'replica_identity',
           CASE CASE WHEN c.relkind <> 'f' THEN c.relreplident END WHEN 'f' THEN to_json('full'::text) WHEN 'n' THEN to_json('nothing'::text)
               WHEN 'i' THEN (SELECT json_build_object('index', ic.relname)
                              FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid
                              WHERE i.indrelid = c.oid AND i.indisreplident)
           END,
           'access_method', CASE WHEN am.amname <> 'heap' THEN am.amname END,
           'clustered_on',
           (SELECT ic.relname FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid
            WHERE i.indrelid = c.oid AND i.indisclustered),
           'of_type',
           (SELECT json_build_object('schema', tn.nspname, 'name', t.typname)
            FROM pg_type t JOIN pg_namespace tn ON tn.oid = t.typnamespace WHERE t.oid = c.reloftype),
           'temporal', coalesce(terms.temporal, '[]'::json), --@18+
           'not_enforced', coalesce(terms.not_enforced, '[]'::json), --@18+
           'index_statistics', coalesce(targets.list, '[]'::json)),
       NULL::json
FROM relations c
LEFT JOIN pg_am am ON am.oid = c.relam AND c.relkind IN ('r', 'p', 'm')
LEFT JOIN (SELECT i.indrelid, json_agg(json_build_array(ic.relname, a.attnum, a.attstattarget)
                                       ORDER BY ic.relname COLLATE "C", a.attnum) AS list
           FROM pg_index i
           JOIN pg_class ic ON ic.oid = i.indexrelid
           JOIN pg_attribute a ON a.attrelid = i.indexrelid AND a.attstattarget >= 0
           WHERE i.indexrelid >= 16384
           GROUP BY i.indrelid) targets ON targets.indrelid = c.oid
LEFT JOIN (SELECT k.conrelid, --@18+
                  json_agg(k.conname ORDER BY k.conname COLLATE "C") FILTER (WHERE k.conperiod) AS temporal, --@18+
                  json_agg(k.conname ORDER BY k.conname COLLATE "C") FILTER (WHERE NOT k.conenforced) AS not_enforced --@18+
           FROM pg_constraint k --@18+
           WHERE k.conperiod OR NOT k.conenforced --@18+
           GROUP BY k.conrelid) terms ON terms.conrelid = c.oid --@18+
WHERE c.relkind IN ('r', 'p', 'f', 'm')
  AND (c.relrowsecurity OR c.relforcerowsecurity OR c.relreplident <> 'd' AND c.relkind <> 'f' OR am.amname <> 'heap' OR c.reloftype <> 0
       OR targets.list IS NOT NULL
       OR terms.conrelid IS NOT NULL --@18+
       OR EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisclustered))
UNION ALL
SELECT 'column', c.oid, a.attnum,
       json_build_object(
           'storage',
           CASE WHEN a.attstorage <> t.typstorage THEN
               CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END
           END,
           'compression', CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END, --@14+
           'statistics', CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END,
           'options', coalesce((SELECT json_agg(json_build_array(split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)))
                                FROM unnest(a.attoptions) o), '[]'::json),
           'redeclared', a.attislocal AND a.attinhcount > 0
           , 'not_null', CASE WHEN k.conname IS NOT NULL THEN --@18+
               json_build_object('name', k.conname, 'no_inherit', k.connoinherit, 'not_valid', NOT k.convalidated) --@18+
           END --@18+
           ),
       NULL::json
FROM relations c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_constraint k --@18+
       ON k.conrelid = c.oid AND k.contype = 'n' AND k.conkey[1] = a.attnum --@18+
      AND (k.conislocal OR c.relispartition) --@18+
      AND (NOT k.convalidated OR k.connoinherit --@18+
           OR k.conname <> c.relname || '_' || a.attname || '_not_null' --@18+
              AND octet_length(c.relname || '_' || a.attname || '_not_null') < 64) --@18+
WHERE c.relkind IN ('r', 'p', 'f', 'm')
  AND (a.attstorage <> t.typstorage OR a.attstattarget >= 0 OR a.attoptions IS NOT NULL
       OR k.conname IS NOT NULL --@18+
       OR a.attcompression <> '' --@14+
       OR a.attislocal AND a.attinhcount > 0)
UNION ALL
SELECT 'comment', NULL, NULL, NULL, json_build_object('object', format('COLUMN %s.%I', c.name, a.attname), 'comment', d.description)
FROM relations c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = a.attnum
WHERE c.relkind = 'c'
UNION ALL
-- The comment of any other sequence is said with the sequence.
SELECT 'comment', NULL, NULL, NULL, json_build_object('object', 'SEQUENCE ' || c.name, 'comment', d.description)
FROM relations c
JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
WHERE c.relkind = 'S'
  AND EXISTS (SELECT FROM pg_depend o WHERE o.classid = 'pg_class'::regclass AND o.objid = c.oid AND o.deptype = 'i')
UNION ALL
SELECT 'comment', NULL, NULL, NULL,
       json_build_object('object', format('CONSTRAINT %I ON %s', k.conname, c.name), 'comment', d.description)
FROM relations c
JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype IN ('n', 't')
JOIN pg_description d ON d.objoid = k.oid AND d.classoid = 'pg_constraint'::regclass
UNION ALL
-- An extension comes with the comment of its control file.
SELECT 'comment', NULL, NULL, NULL, json_build_object('object', format('EXTENSION %I', e.extname), 'comment', d.description)
FROM pg_extension e
JOIN pg_description d ON d.objoid = e.oid AND d.classoid = 'pg_extension'::regclass
LEFT JOIN pg_available_extensions() f ON f.name = e.extname
WHERE d.description IS DISTINCT FROM f.comment
UNION ALL
SELECT 'label', NULL, NULL, NULL,
       json_build_object('object', CASE WHEN i.type LIKE '% column' THEN 'COLUMN' ELSE upper(i.type) END || ' ' || i.identity,
                         'provider', l.provider, 'label', l.label)
FROM pg_seclabel l
CROSS JOIN LATERAL pg_identify_object(l.classoid, l.objoid, l.objsubid) i
WHERE l.classoid NOT IN ('pg_largeobject'::regclass, 'pg_subscription'::regclass)
  AND (i.schema IS NULL OR i.schema IN (SELECT quote_ident(n.nspname) FROM namespaces n))
