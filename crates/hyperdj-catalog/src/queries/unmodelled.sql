-- What models can't say, by kind and name: all of it is counted, so that nothing is lost silently.
-- $1: names of the namespaces to read, or NULL for all
WITH namespaces AS MATERIALIZED (
    SELECT n.oid, n.nspname, n.nspacl FROM pg_namespace n
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND ($1::text[] IS NULL OR n.nspname = ANY ($1::text[]))
), members AS MATERIALIZED (
    -- What an extension owns, and what another object made for itself: a range type's constructors, say.
    SELECT d.classid, d.objid FROM pg_depend d
    WHERE d.deptype = 'e'
       OR d.deptype = 'i' AND d.classid IN ('pg_proc'::regclass, 'pg_cast'::regclass, 'pg_type'::regclass)
), relations AS MATERIALIZED (
    SELECT c.oid, c.relname, c.relkind, c.relrowsecurity, c.relforcerowsecurity, c.relacl, c.relreplident, c.relam,
           c.reloftype, n.nspname || '.' || c.relname AS name
    FROM pg_class c JOIN namespaces n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S', 'c')
      -- The history of migrations is our own affair.
      AND c.relname <> 'hyperdjango_migrations'
      AND c.oid NOT IN (SELECT objid FROM members WHERE classid = 'pg_class'::regclass)
), objects(kind, name) AS (
    -- Whatever stands in a namespace and is neither a relation nor a type: functions, operators, collations, ….
    SELECT i.type, i.identity
    FROM (
        SELECT d.classid, d.objid
        FROM pg_depend d
        WHERE d.refclassid = 'pg_namespace'::regclass
          AND d.refobjid = ANY (ARRAY(SELECT oid FROM namespaces))
          AND d.classid IN ('pg_proc'::regclass, 'pg_collation'::regclass, 'pg_conversion'::regclass,
                            'pg_operator'::regclass, 'pg_opclass'::regclass, 'pg_opfamily'::regclass,
                            'pg_statistic_ext'::regclass, 'pg_ts_config'::regclass, 'pg_ts_dict'::regclass,
                            'pg_ts_parser'::regclass, 'pg_ts_template'::regclass)
          AND (d.classid, d.objid) NOT IN (SELECT classid, objid FROM members)
        -- First what is left, then its name.
        OFFSET 0
    ) d
    CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, 0) i
), database_wide(kind, name, classid, objid) AS (
    -- What stands in no namespace. The system's own have smaller numbers.
    SELECT 'access method', amname::text, 'pg_am'::regclass, oid FROM pg_am WHERE oid >= 16384
  UNION ALL
    SELECT 'foreign data wrapper', fdwname, 'pg_foreign_data_wrapper'::regclass, oid FROM pg_foreign_data_wrapper
  UNION ALL
    SELECT 'foreign server', srvname, 'pg_foreign_server'::regclass, oid FROM pg_foreign_server
  UNION ALL
    SELECT 'user mapping', usename || ' on ' || srvname, 0, 0 FROM pg_user_mappings
  UNION ALL
    SELECT 'language', lanname, 'pg_language'::regclass, oid FROM pg_language WHERE oid >= 16384
  UNION ALL
    SELECT 'transform', 'for ' || format_type(t.trftype, NULL) || ' language ' || l.lanname,
           'pg_transform'::regclass, t.oid
    FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang
  UNION ALL
    SELECT 'cast', format_type(castsource, NULL) || ' as ' || format_type(casttarget, NULL), 'pg_cast'::regclass, oid
    FROM pg_cast WHERE oid >= 16384
  UNION ALL
    SELECT 'event trigger', evtname, 'pg_event_trigger'::regclass, oid FROM pg_event_trigger
  UNION ALL
    SELECT 'publication', pubname, 0, 0 FROM pg_publication
  UNION ALL
    SELECT 'subscription', subname, 0, 0
    FROM pg_subscription WHERE subdbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
  UNION ALL
    SELECT 'extension', extname, 0, 0 FROM pg_extension WHERE extname <> 'plpgsql'
  UNION ALL
    SELECT 'default privilege', coalesce(n.nspname || ' ', '') || pg_get_userbyid(a.defaclrole), 0, 0
    FROM pg_default_acl a LEFT JOIN pg_namespace n ON n.oid = a.defaclnamespace
  UNION ALL
    SELECT 'grant', 'foreign server ' || srvname, 0, 0 FROM pg_foreign_server WHERE srvacl IS NOT NULL
  UNION ALL
    SELECT 'grant', 'foreign data wrapper ' || fdwname, 0, 0 FROM pg_foreign_data_wrapper WHERE fdwacl IS NOT NULL
), types(kind, name) AS (
    SELECT s.kind, s.prefix || n.nspname || '.' || t.typname
    FROM pg_type t
    JOIN namespaces n ON n.oid = t.typnamespace
    CROSS JOIN LATERAL (VALUES
        ('range type', '', t.typtype = 'r'),
        ('base type', '', t.typtype = 'b' AND t.typelem = 0),
        ('shell type', '', t.typtype = 'p' AND NOT t.typisdefined),
        ('grant', 'type ', t.typacl IS NOT NULL)
    ) s(kind, prefix, said)
    WHERE s.said
      AND (t.typtype IN ('r', 'b', 'p') OR t.typacl IS NOT NULL)
      AND t.oid NOT IN (SELECT objid FROM members WHERE classid = 'pg_type'::regclass)
), of_relations(kind, name) AS (
    SELECT s.kind, c.name
    FROM relations c
    CROSS JOIN LATERAL (VALUES
        ('grant', c.relacl IS NOT NULL),
        ('row security setting', c.relrowsecurity OR c.relforcerowsecurity),
        ('replica identity setting', c.relkind IN ('r', 'p', 'm') AND c.relreplident <> 'd'),
        ('table access method setting',
         c.relkind IN ('r', 'm') AND c.relam <> (SELECT am.oid FROM pg_am am WHERE am.amname = 'heap')),
        ('typed table setting', c.reloftype <> 0)
    ) s(kind, said)
    WHERE s.said
  UNION ALL
    SELECT 'trigger', t.tgname || ' on ' || c.name
    FROM pg_trigger t JOIN relations c ON c.oid = t.tgrelid
    WHERE NOT t.tgisinternal
      AND t.tgparentid = 0 --@13+
  UNION ALL
    SELECT 'policy', p.polname || ' on ' || c.name FROM pg_policy p JOIN relations c ON c.oid = p.polrelid
  UNION ALL
    SELECT 'rule', r.rulename || ' on ' || c.name
    FROM pg_rewrite r JOIN relations c ON c.oid = r.ev_class WHERE r.rulename <> '_RETURN'
  UNION ALL
    SELECT 'clustered index setting', c.name
    FROM relations c JOIN pg_index i ON i.indrelid = c.oid AND i.indisclustered
  UNION ALL
    -- One pass over the columns for all that may be said of one.
    SELECT s.kind, c.name || '.' || a.attname
    FROM relations c
    JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
    LEFT JOIN pg_type t ON t.oid = a.atttypid
    CROSS JOIN LATERAL (VALUES
        ('grant', a.attacl IS NOT NULL),
        ('column storage setting',
         c.relkind IN ('r', 'p', 'm') AND a.attnum > 0
         AND (a.attstorage <> t.typstorage
              OR a.attcompression <> '' --@14+
              OR a.attoptions IS NOT NULL)),
        ('column statistics setting', c.relkind IN ('r', 'p', 'm') AND a.attnum > 0 AND a.attstattarget >= 0),
        ('attribute collation', c.relkind = 'c' AND a.attnum > 0 AND a.attcollation <> t.typcollation)
    ) s(kind, said)
    WHERE s.said
      -- Hardly any column gets past this, so that the list above is rarely made.
      AND (a.attacl IS NOT NULL
           OR a.attnum > 0 AND (c.relkind = 'c'
                                OR a.attstattarget >= 0
                                OR a.attcompression <> '' --@14+
                                OR a.attoptions IS NOT NULL
                                OR a.attstorage <> t.typstorage))
  UNION ALL
    SELECT CASE c.relkind WHEN 'c' THEN 'attribute comment' ELSE 'sequence comment' END,
           c.name || coalesce('.' || a.attname, '')
    FROM relations c
    JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid AND d.objsubid > 0
    WHERE c.relkind = 'c' AND d.objsubid > 0
       -- The comment of any other sequence is said with the sequence.
       OR c.relkind = 'S'
          AND EXISTS (SELECT FROM pg_depend o
                      WHERE o.classid = 'pg_class'::regclass AND o.objid = c.oid AND o.deptype = 'i')
  UNION ALL
    SELECT 'security label', l.provider || ' on ' || c.name
    FROM pg_seclabel l JOIN relations c ON c.oid = l.objoid WHERE l.classoid = 'pg_class'::regclass
  UNION ALL --@18+
    SELECT s.kind, k.conname || ' on ' || c.name --@18+
    FROM pg_constraint k --@18+
    JOIN relations c ON c.oid = k.conrelid --@18+
    LEFT JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1] --@18+
    CROSS JOIN LATERAL (VALUES --@18+
        ('temporal key', k.conperiod), --@18+
        ('constraint that is not enforced', NOT k.conenforced), --@18+
        ('not null constraint setting', --@18+
         k.contype = 'n' AND k.conislocal AND c.relkind IN ('r', 'p', 'f') --@18+
         AND (NOT k.convalidated OR k.connoinherit --@18+
              OR k.conname <> c.relname || '_' || a.attname || '_not_null' --@18+
                 AND octet_length(c.relname || '_' || a.attname || '_not_null') < 64)) --@18+
    ) s(kind, said) --@18+
    WHERE s.said --@18+
), of_namespaces(kind, name) AS (
    SELECT 'grant', 'schema ' || n.nspname FROM namespaces n
    WHERE n.nspacl IS NOT NULL
      AND NOT EXISTS (SELECT FROM pg_init_privs i
                      WHERE i.classoid = 'pg_namespace'::regclass AND i.objoid = n.oid AND i.initprivs = n.nspacl)
  UNION ALL
    SELECT 'schema comment', n.nspname
    FROM namespaces n JOIN pg_description d ON d.objoid = n.oid AND d.classoid = 'pg_namespace'::regclass
    WHERE d.description <> 'standard public schema'
  UNION ALL
    SELECT 'grant', 'function ' || n.nspname || '.' || p.proname
    FROM pg_proc p JOIN namespaces n ON n.oid = p.pronamespace
    WHERE p.proacl IS NOT NULL
      AND p.oid NOT IN (SELECT objid FROM members WHERE classid = 'pg_proc'::regclass)
), found(kind, name) AS (
    SELECT kind, name FROM objects
  UNION ALL
    SELECT kind, name FROM database_wide o
    WHERE (o.classid, o.objid) NOT IN (SELECT classid, objid FROM members)
  UNION ALL
    SELECT kind, name FROM types
  UNION ALL
    SELECT kind, name FROM of_relations
  UNION ALL
    SELECT kind, name FROM of_namespaces
)
SELECT kind, name FROM found ORDER BY kind COLLATE "C", name COLLATE "C"
