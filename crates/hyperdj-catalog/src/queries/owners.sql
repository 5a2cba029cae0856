-- Whose the relations, sequences and types are, and the database; and whether a role is there. A sequence comes once for
-- each table whose columns it fills.
-- $1: names of the namespaces to read, or NULL for all; $2: the name of a role
SELECT 'database', NULL, current_database(), r.rolname, r.rolsuper, NULL, NULL
FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba
WHERE d.datname = current_database()
UNION ALL
SELECT 'role', NULL, r.rolname, r.rolname, r.rolsuper, NULL, NULL
FROM pg_roles r WHERE r.rolname = $2
UNION ALL
SELECT DISTINCT CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'relation' END, n.nspname, c.relname, r.rolname, r.rolsuper,
       filled.nspname, filled.relname
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_roles r ON r.oid = c.relowner
LEFT JOIN (
    SELECT d.refobjid AS sequence, tn.nspname, t.relname
    FROM pg_depend d
    JOIN pg_attrdef a ON a.oid = d.objid
    JOIN pg_class t ON t.oid = a.adrelid
    JOIN pg_namespace tn ON tn.oid = t.relnamespace
    WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass
) filled ON c.relkind = 'S' AND filled.sequence = c.oid
WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND ($1::text[] IS NULL OR n.nspname = ANY ($1::text[]))
  -- The sequence of an identity column needs no rights of its own.
  AND NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('e', 'i')
                    AND (d.deptype = 'e' OR c.relkind = 'S'))
UNION ALL
SELECT 'type', n.nspname, t.typname, r.rolname, r.rolsuper, NULL, NULL
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace
JOIN pg_roles r ON r.oid = t.typowner
LEFT JOIN pg_class c ON c.oid = t.typrelid
WHERE (t.typtype IN ('e', 'd') OR c.relkind = 'c')
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND ($1::text[] IS NULL OR n.nspname = ANY ($1::text[]))
  AND NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
