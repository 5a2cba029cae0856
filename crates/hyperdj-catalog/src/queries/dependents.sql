-- What stands on types and columns, so that they can't be altered while it is there.
-- $1, $2: namespaces and names of types; $3, $4, $5: namespaces and names of relations, and columns of them ('' for all)
WITH RECURSIVE types AS (
    SELECT w.number, t.oid, t.typarray, t.typrelid, t.typacl, t.typcollation
    FROM ROWS FROM (unnest($1::text[]), unnest($2::text[])) WITH ORDINALITY AS w (namespace, name, number)
    JOIN pg_namespace n ON n.nspname = w.namespace
    JOIN pg_type t ON t.typnamespace = n.oid AND t.typname = w.name
), relations AS (
    SELECT w.number, c.oid, w.attribute
    FROM ROWS FROM (unnest($3::text[]), unnest($4::text[]), unnest($5::text[])) WITH ORDINALITY
        AS w (namespace, name, attribute, number)
    JOIN pg_namespace n ON n.nspname = w.namespace
    JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.name
    UNION
    SELECT r.number, i.inhrelid, r.attribute FROM relations r JOIN pg_inherits i ON i.inhparent = r.oid
), subjects AS (
    SELECT true AS of_type, number, 'pg_type'::regclass AS class, oid, 0 AS part FROM types
    UNION ALL
    SELECT true, number, 'pg_type'::regclass, typarray, 0 FROM types WHERE typarray <> 0
    UNION ALL
    SELECT true, number, 'pg_class'::regclass, typrelid, NULL FROM types WHERE typrelid <> 0
    UNION ALL
    SELECT false, r.number, 'pg_class'::regclass, r.oid, a.attnum
    FROM relations r
    JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND r.attribute IN ('', a.attname)
), dependents AS (
    SELECT DISTINCT s.of_type, s.number, s.oid AS subject, d.classid, d.objid, d.objsubid
    FROM subjects s
    JOIN pg_depend d ON d.refclassid = s.class AND d.refobjid = s.oid
        AND (s.part IS NULL OR d.refobjsubid = s.part) AND d.deptype IN ('n', 'a')
), placed AS (
    SELECT d.*,
           coalesce(r.ev_class, x.indrelid, nullif(k.conrelid, 0), f.adrelid,
                    CASE WHEN d.classid = 'pg_class'::regclass THEN d.objid END) AS relation,
           coalesce(nullif(k.contypid, 0), CASE WHEN d.classid = 'pg_type'::regclass THEN d.objid END) AS type,
           r.rulename
    FROM dependents d
    LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
    LEFT JOIN pg_index x ON d.classid = 'pg_class'::regclass AND x.indexrelid = d.objid
    LEFT JOIN pg_constraint k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid
    LEFT JOIN pg_attrdef f ON d.classid = 'pg_attrdef'::regclass AND f.oid = d.objid
)
SELECT DISTINCT
       p.of_type, p.number,
       CASE WHEN c.relkind IN ('v', 'm') THEN 'view'
            WHEN c.relkind = 'c' OR t.oid IS NOT NULL THEN 'type'
            WHEN c.relkind IN ('r', 'p', 'f') AND p.rulename IS NULL THEN 'table'
            ELSE 'other' END,
       n.nspname, coalesce(c.relname, t.typname),
       CASE WHEN c.relkind = 'v' THEN format('view %s', c.oid::regclass)
            WHEN c.relkind = 'm' THEN format('materialized view %s', c.oid::regclass)
            ELSE pg_describe_object(p.classid, p.objid, p.objsubid) END COLLATE "C"
FROM placed p
LEFT JOIN pg_class c ON c.oid = p.relation
LEFT JOIN pg_type t ON t.oid = p.type
LEFT JOIN pg_namespace n ON n.oid = coalesce(c.relnamespace, t.typnamespace)
WHERE NOT (p.classid = 'pg_class'::regclass AND p.objid = p.subject)
  AND (p.of_type OR p.classid::regclass::text ~ '^(pg_catalog\.)?pg_(rewrite|trigger|policy|proc|publication_rel)$')
UNION ALL
SELECT true, number, 'other', NULL, NULL, format('the privileges on type %s', oid::regtype)
FROM types WHERE typacl IS NOT NULL
UNION ALL
SELECT true, t.number, 'other', NULL, NULL, format('the %s of attribute %I of type %s', what, a.attname, t.oid::regtype)
FROM types t
JOIN pg_attribute a ON a.attrelid = t.typrelid AND t.typrelid <> 0 AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type own ON own.oid = a.atttypid
CROSS JOIN LATERAL (VALUES
    ('collation', a.attcollation <> own.typcollation),
    ('comment', col_description(a.attrelid, a.attnum) IS NOT NULL)
) AS said (what, is_so)
WHERE said.is_so
ORDER BY 1, 2, 6
