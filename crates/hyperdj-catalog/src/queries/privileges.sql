-- Owners, privileges that differ from what a new object has, and default privileges. A new object of an extension has
-- what its script gave it (pg_init_privs). Who granted what is not looked at.
-- $1: names of the namespaces to read, or NULL for all
WITH namespaces AS MATERIALIZED (
    SELECT n.oid, n.nspname, n.nspowner, n.nspacl FROM pg_namespace n
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND ($1::text[] IS NULL OR n.nspname = ANY ($1::text[]))
), members AS MATERIALIZED (
    SELECT d.classid, d.objid FROM pg_depend d WHERE d.deptype = 'e'
), relations AS MATERIALIZED (
    SELECT c.oid, c.relkind, c.relowner, c.relacl, n.nspname, c.relname, format('%I.%I', n.nspname, c.relname) AS name
    FROM pg_class c JOIN namespaces n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S') AND c.relname <> 'hyperdjango_migrations'
), given(classid, objid, subid, kind, owner, acl, object, nspname, relname, attname) AS (
    SELECT 'pg_class'::regclass::oid, c.oid, 0, CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END, c.relowner, c.relacl,
           CASE c.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || c.name, c.nspname, c.relname, NULL::name
    FROM relations c WHERE c.relacl IS NOT NULL
  UNION ALL
    SELECT 'pg_class'::regclass::oid, c.oid, a.attnum, 'c', c.relowner, a.attacl, 'TABLE ' || c.name, c.nspname, c.relname, a.attname
    FROM relations c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE a.attacl IS NOT NULL AND NOT a.attisdropped
  UNION ALL
    SELECT 'pg_proc'::regclass::oid, p.oid, 0, 'f', p.proowner, p.proacl,
           CASE p.prokind WHEN 'p' THEN 'PROCEDURE ' ELSE 'FUNCTION ' END || p.oid::regprocedure, n.nspname, NULL, NULL
    FROM pg_proc p JOIN namespaces n ON n.oid = p.pronamespace WHERE p.proacl IS NOT NULL
  UNION ALL
    SELECT 'pg_type'::regclass::oid, t.oid, 0, 'T', t.typowner, t.typacl,
           CASE t.typtype WHEN 'd' THEN 'DOMAIN ' ELSE 'TYPE ' END || format('%I.%I', n.nspname, t.typname), n.nspname, NULL, NULL
    FROM pg_type t JOIN namespaces n ON n.oid = t.typnamespace WHERE t.typacl IS NOT NULL
  UNION ALL
    SELECT 'pg_namespace'::regclass::oid, n.oid, 0, 'n', n.nspowner, n.nspacl, format('SCHEMA %I', n.nspname), n.nspname, NULL, NULL
    FROM namespaces n WHERE n.nspacl IS NOT NULL
  UNION ALL
    SELECT 'pg_language'::regclass::oid, l.oid, 0, 'l', l.lanowner, l.lanacl, format('LANGUAGE %I', l.lanname), NULL, NULL, NULL
    FROM pg_language l WHERE l.lanacl IS NOT NULL
  UNION ALL
    SELECT 'pg_foreign_server'::regclass::oid, s.oid, 0, 'S', s.srvowner, s.srvacl, format('FOREIGN SERVER %I', s.srvname),
           NULL, NULL, NULL
    FROM pg_foreign_server s WHERE s.srvacl IS NOT NULL
  UNION ALL
    SELECT 'pg_foreign_data_wrapper'::regclass::oid, w.oid, 0, 'F', w.fdwowner, w.fdwacl,
           format('FOREIGN DATA WRAPPER %I', w.fdwname), NULL, NULL, NULL
    FROM pg_foreign_data_wrapper w WHERE w.fdwacl IS NOT NULL
), compared AS (
    SELECT g.*, coalesce(i.initprivs, CASE WHEN g.kind <> 'c' THEN acldefault(g.kind::"char", g.owner) END) AS usual
    FROM given g
    LEFT JOIN pg_init_privs i ON i.classoid = g.classid AND i.objoid = g.objid AND i.objsubid = g.subid
    WHERE g.acl IS DISTINCT FROM i.initprivs
), sides AS (
    -- Whoever granted to themselves in the first place was the owner then.
    SELECT c.object, c.nspname, c.relname, c.attname, false AS revoked, a.privilege_type, a.is_grantable,
           CASE WHEN a.grantee = 0 THEN 'public' WHEN a.grantee = c.owner THEN 'owner' ELSE 'role' END AS who, a.grantee
    FROM compared c CROSS JOIN LATERAL aclexplode(c.acl) a
  UNION ALL
    SELECT c.object, c.nspname, c.relname, c.attname, true, a.privilege_type, a.is_grantable,
           CASE WHEN a.grantee = 0 THEN 'public' WHEN a.grantee = a.grantor THEN 'owner' ELSE 'role' END, a.grantee
    FROM compared c CROSS JOIN LATERAL aclexplode(c.usual) a
), differing AS (
    SELECT s.object, s.nspname, s.relname, s.attname, s.privilege_type, s.is_grantable, s.who,
           CASE s.who WHEN 'role' THEN s.grantee ELSE 0 END AS grantee, bool_and(s.revoked) AS revoked
    FROM sides s
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
    -- On both sides, it is what was there before.
    HAVING bool_and(s.revoked) OR NOT bool_or(s.revoked)
), default_sides AS (
    SELECT d.defaclrole, n.nspname, d.defaclobjtype, false AS revoked, a.privilege_type, a.is_grantable,
           CASE WHEN a.grantee = 0 THEN 'public' WHEN a.grantee = d.defaclrole THEN 'owner' ELSE 'role' END AS who, a.grantee
    FROM pg_default_acl d
    LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
    CROSS JOIN LATERAL aclexplode(d.defaclacl) a
    WHERE d.defaclnamespace = 0 OR n.oid IN (SELECT oid FROM namespaces)
  UNION ALL
    SELECT d.defaclrole, NULL, d.defaclobjtype, true, a.privilege_type, a.is_grantable,
           CASE WHEN a.grantee = 0 THEN 'public' ELSE 'owner' END, a.grantee
    FROM pg_default_acl d
    CROSS JOIN LATERAL aclexplode(acldefault(CASE d.defaclobjtype WHEN 'S' THEN 's' ELSE d.defaclobjtype END, d.defaclrole)) a
    WHERE d.defaclnamespace = 0
), default_differing AS (
    SELECT s.defaclrole, s.nspname, s.defaclobjtype, s.privilege_type, s.is_grantable, s.who,
           CASE s.who WHEN 'role' THEN s.grantee ELSE 0 END AS grantee, bool_and(s.revoked) AS revoked
    FROM default_sides s
    GROUP BY 1, 2, 3, 4, 5, 6, 7
    HAVING bool_and(s.revoked) OR NOT bool_or(s.revoked)
), owned(object, owner) AS (
    SELECT format('SCHEMA %I', n.nspname), n.nspowner FROM namespaces n
    WHERE n.oid NOT IN (SELECT objid FROM members WHERE classid = 'pg_namespace'::regclass)
  UNION ALL
    SELECT CASE c.relkind WHEN 'v' THEN 'VIEW ' WHEN 'm' THEN 'MATERIALIZED VIEW ' WHEN 'f' THEN 'FOREIGN TABLE '
               WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || c.name,
           c.relowner
    FROM relations c
    WHERE c.oid NOT IN (SELECT objid FROM members WHERE classid = 'pg_class'::regclass)
      -- A sequence that a column owns is its table's owner's.
      AND (c.relkind <> 'S'
           OR NOT EXISTS (SELECT FROM pg_depend d
                          WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                            AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')))
  UNION ALL
    SELECT CASE t.typtype WHEN 'd' THEN 'DOMAIN ' ELSE 'TYPE ' END || format('%I.%I', n.nspname, t.typname), t.typowner
    FROM pg_type t
    JOIN namespaces n ON n.oid = t.typnamespace
    LEFT JOIN pg_class c ON c.oid = t.typrelid
    -- The owners of others are read with their definitions.
    WHERE (t.typtype IN ('d', 'e') OR c.relkind = 'c')
      AND t.oid NOT IN (SELECT objid FROM members WHERE classid = 'pg_type'::regclass)
)
SELECT 'owner', json_build_object('object', o.object, 'owner', r.rolname)
FROM owned o JOIN pg_roles r ON r.oid = o.owner
UNION ALL
SELECT 'grant', found.grant FROM (
    SELECT json_build_object(
               'object', d.object,
               'table', CASE WHEN d.relname IS NOT NULL THEN json_build_object('schema', d.nspname, 'name', d.relname) END,
               'columns', CASE WHEN d.attname IS NULL THEN '[]'::json ELSE json_build_array(d.attname) END,
               'grantee', CASE WHEN d.who = 'role' THEN json_build_object('role', r.rolname) ELSE to_json(d.who) END,
               'privileges', json_agg(d.privilege_type ORDER BY d.privilege_type COLLATE "C"),
               'grantable', d.is_grantable,
               'revoked', d.revoked) AS grant
    FROM differing d LEFT JOIN pg_roles r ON r.oid = d.grantee
    WHERE d.who <> 'role' OR r.rolname IS NOT NULL
    GROUP BY d.object, d.nspname, d.relname, d.attname, d.who, r.rolname, d.is_grantable, d.revoked
    -- What is taken away goes first.
    ORDER BY d.object COLLATE "C", d.attname COLLATE "C" NULLS FIRST, NOT d.revoked, d.who, r.rolname COLLATE "C", d.is_grantable
) found
UNION ALL
SELECT 'default', found.grant FROM (
    SELECT json_build_object(
               'role', o.rolname,
               'schema', d.nspname,
               'objects', CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS'
                              WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' ELSE 'LARGE OBJECTS' END,
               'grantee', CASE WHEN d.who = 'role' THEN json_build_object('role', r.rolname) ELSE to_json(d.who) END,
               'privileges', json_agg(d.privilege_type ORDER BY d.privilege_type COLLATE "C"),
               'grantable', d.is_grantable,
               'revoked', d.revoked) AS grant
    FROM default_differing d
    JOIN pg_roles o ON o.oid = d.defaclrole
    LEFT JOIN pg_roles r ON r.oid = d.grantee
    WHERE d.who <> 'role' OR r.rolname IS NOT NULL
    GROUP BY o.rolname, d.nspname, d.defaclobjtype, d.who, r.rolname, d.is_grantable, d.revoked
    ORDER BY o.rolname COLLATE "C", d.nspname COLLATE "C" NULLS FIRST, d.defaclobjtype, NOT d.revoked, d.who, r.rolname COLLATE "C",
             d.is_grantable
) found
