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
    SELECT c.*, n.nspname || '.' || c.relname AS name
    FROM pg_class c JOIN namespaces n ON n.oid = c.relnamespace
    WHERE NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_class'::regclass AND m.objid = c.oid)
), found(kind, name) AS (
    SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' WHEN 'w' THEN 'window function'
                          ELSE 'function' END,
           n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')'
    FROM pg_proc p JOIN namespaces n ON n.oid = p.pronamespace
    WHERE NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_proc'::regclass AND m.objid = p.oid)
  UNION ALL
    SELECT 'trigger', t.tgname || ' on ' || c.name
    FROM pg_trigger t JOIN relations c ON c.oid = t.tgrelid
    WHERE NOT t.tgisinternal
      AND t.tgparentid = 0 --@13+
  UNION ALL
    SELECT 'policy', p.polname || ' on ' || c.name FROM pg_policy p JOIN relations c ON c.oid = p.polrelid
  UNION ALL
    SELECT 'row security setting', c.name FROM relations c WHERE c.relrowsecurity OR c.relforcerowsecurity
  UNION ALL
    SELECT 'rule', r.rulename || ' on ' || c.name
    FROM pg_rewrite r JOIN relations c ON c.oid = r.ev_class WHERE r.rulename <> '_RETURN'
  UNION ALL
    SELECT 'grant', c.name FROM relations c WHERE c.relacl IS NOT NULL AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
  UNION ALL
    SELECT 'grant', c.name || '.' || a.attname
    FROM pg_attribute a JOIN relations c ON c.oid = a.attrelid WHERE a.attacl IS NOT NULL
  UNION ALL
    SELECT 'grant', 'schema ' || n.nspname FROM namespaces n
    WHERE n.nspacl IS NOT NULL
      AND NOT EXISTS (SELECT FROM pg_init_privs i
                      WHERE i.classoid = 'pg_namespace'::regclass AND i.objoid = n.oid AND i.initprivs = n.nspacl)
  UNION ALL
    SELECT 'grant', 'function ' || n.nspname || '.' || p.proname
    FROM pg_proc p JOIN namespaces n ON n.oid = p.pronamespace
    WHERE p.proacl IS NOT NULL
      AND NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_proc'::regclass AND m.objid = p.oid)
  UNION ALL
    SELECT 'grant', 'type ' || n.nspname || '.' || t.typname
    FROM pg_type t JOIN namespaces n ON n.oid = t.typnamespace
    WHERE t.typacl IS NOT NULL
      AND NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid)
  UNION ALL
    SELECT 'grant', 'foreign server ' || s.srvname FROM pg_foreign_server s WHERE s.srvacl IS NOT NULL
  UNION ALL
    SELECT 'grant', 'foreign data wrapper ' || w.fdwname
    FROM pg_foreign_data_wrapper w WHERE w.fdwacl IS NOT NULL
  UNION ALL
    SELECT 'user mapping', u.usename || ' on ' || u.srvname FROM pg_user_mappings u
  UNION ALL
    SELECT 'attribute comment', c.name || '.' || a.attname
    FROM relations c JOIN pg_attribute a ON a.attrelid = c.oid
    JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = a.attnum
    WHERE c.relkind = 'c' AND NOT a.attisdropped
  UNION ALL
    SELECT 'attribute collation', c.name || '.' || a.attname
    FROM relations c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
    WHERE c.relkind = 'c' AND a.attnum > 0 AND NOT a.attisdropped AND a.attcollation <> t.typcollation
  UNION ALL
    SELECT 'sequence comment', c.name
    FROM relations c
    JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
    WHERE c.relkind = 'S'
      AND EXISTS (SELECT FROM pg_depend o
                  WHERE o.classid = 'pg_class'::regclass AND o.objid = c.oid AND o.deptype = 'i')
  UNION ALL
    SELECT 'statistics object', n.nspname || '.' || s.stxname
    FROM pg_statistic_ext s JOIN namespaces n ON n.oid = s.stxnamespace
  UNION ALL
    SELECT CASE t.typtype WHEN 'r' THEN 'range type' ELSE 'base type' END, n.nspname || '.' || t.typname
    FROM pg_type t JOIN namespaces n ON n.oid = t.typnamespace
    WHERE (t.typtype = 'r' OR t.typtype = 'b' AND t.typelem = 0)
      AND NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid)
  UNION ALL
    SELECT 'shell type', n.nspname || '.' || t.typname
    FROM pg_type t JOIN namespaces n ON n.oid = t.typnamespace
    WHERE t.typtype = 'p' AND NOT t.typisdefined
  UNION ALL
    SELECT 'collation', n.nspname || '.' || c.collname
    FROM pg_collation c JOIN namespaces n ON n.oid = c.collnamespace
    WHERE NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_collation'::regclass AND m.objid = c.oid)
  UNION ALL
    SELECT 'operator', n.nspname || '.' || o.oprname
    FROM pg_operator o JOIN namespaces n ON n.oid = o.oprnamespace
    WHERE NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_operator'::regclass AND m.objid = o.oid)
  UNION ALL
    SELECT 'operator class', n.nspname || '.' || o.opcname
    FROM pg_opclass o JOIN namespaces n ON n.oid = o.opcnamespace
    WHERE NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_opclass'::regclass AND m.objid = o.oid)
  UNION ALL
    SELECT 'operator family', n.nspname || '.' || f.opfname
    FROM pg_opfamily f JOIN namespaces n ON n.oid = f.opfnamespace
    WHERE NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_opfamily'::regclass AND m.objid = f.oid)
      AND NOT EXISTS (SELECT FROM pg_opclass o WHERE o.opcfamily = f.oid AND o.opcname = f.opfname)
  UNION ALL
    SELECT 'text search parser', n.nspname || '.' || f.prsname
    FROM pg_ts_parser f JOIN namespaces n ON n.oid = f.prsnamespace
    WHERE NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_ts_parser'::regclass AND m.objid = f.oid)
  UNION ALL
    SELECT 'text search template', n.nspname || '.' || f.tmplname
    FROM pg_ts_template f JOIN namespaces n ON n.oid = f.tmplnamespace
    WHERE NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_ts_template'::regclass AND m.objid = f.oid)
  UNION ALL
    SELECT 'text search configuration', n.nspname || '.' || f.cfgname
    FROM pg_ts_config f JOIN namespaces n ON n.oid = f.cfgnamespace
    WHERE NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_ts_config'::regclass AND m.objid = f.oid)
  UNION ALL
    SELECT 'text search dictionary', n.nspname || '.' || f.dictname
    FROM pg_ts_dict f JOIN namespaces n ON n.oid = f.dictnamespace
    WHERE NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_ts_dict'::regclass AND m.objid = f.oid)
  UNION ALL
    SELECT 'conversion', n.nspname || '.' || c.conname
    FROM pg_conversion c JOIN namespaces n ON n.oid = c.connamespace
  UNION ALL
    SELECT 'replica identity setting', c.name FROM relations c
    WHERE c.relkind IN ('r', 'p', 'm') AND c.relreplident <> 'd'
  UNION ALL
    SELECT 'table access method setting', c.name
    FROM relations c JOIN pg_am am ON am.oid = c.relam WHERE c.relkind IN ('r', 'm') AND am.amname <> 'heap'
  UNION ALL
    SELECT 'typed table setting', c.name FROM relations c WHERE c.reloftype <> 0
  UNION ALL
    SELECT 'clustered index setting', c.name
    FROM relations c JOIN pg_index i ON i.indrelid = c.oid AND i.indisclustered
  UNION ALL
    SELECT 'column storage setting', c.name || '.' || a.attname
    FROM relations c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
    WHERE c.relkind IN ('r', 'p', 'm') AND a.attnum > 0 AND NOT a.attisdropped
      AND (a.attstorage <> t.typstorage
           OR a.attcompression <> '' --@14+
           OR a.attoptions IS NOT NULL)
  UNION ALL
    SELECT 'column statistics setting', c.name || '.' || a.attname
    FROM relations c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relkind IN ('r', 'p', 'm') AND a.attnum > 0 AND NOT a.attisdropped
      AND a.attstattarget >= 0
  UNION ALL
    SELECT 'extension', e.extname FROM pg_extension e WHERE e.extname <> 'plpgsql'
  UNION ALL
    SELECT 'schema comment', n.nspname
    FROM namespaces n JOIN pg_description d ON d.objoid = n.oid AND d.classoid = 'pg_namespace'::regclass
    WHERE d.description <> 'standard public schema'
  UNION ALL
    SELECT 'access method', a.amname FROM pg_am a
    WHERE a.oid >= 16384
      AND NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_am'::regclass AND m.objid = a.oid)
  UNION ALL
    SELECT 'foreign data wrapper', w.fdwname FROM pg_foreign_data_wrapper w
    WHERE NOT EXISTS (SELECT FROM members m
                      WHERE m.classid = 'pg_foreign_data_wrapper'::regclass AND m.objid = w.oid)
  UNION ALL
    SELECT 'language', l.lanname FROM pg_language l
    WHERE l.oid >= 16384
      AND NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_language'::regclass AND m.objid = l.oid)
  UNION ALL
    SELECT 'transform', 'for ' || format_type(t.trftype, NULL) || ' language ' || l.lanname
    FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang
    WHERE NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_transform'::regclass AND m.objid = t.oid)
  UNION ALL
    SELECT 'event trigger', e.evtname FROM pg_event_trigger e
    WHERE NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_event_trigger'::regclass AND m.objid = e.oid)
  UNION ALL
    SELECT 'publication', p.pubname FROM pg_publication p
  UNION ALL
    SELECT 'foreign server', s.srvname FROM pg_foreign_server s
    WHERE NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_foreign_server'::regclass AND m.objid = s.oid)
  UNION ALL
    SELECT 'cast', format_type(c.castsource, NULL) || ' as ' || format_type(c.casttarget, NULL)
    FROM pg_cast c
    WHERE c.oid >= 16384
      AND NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_cast'::regclass AND m.objid = c.oid)
  UNION ALL
    SELECT 'default privilege', coalesce(n.nspname || ' ', '') || pg_get_userbyid(a.defaclrole)
    FROM pg_default_acl a LEFT JOIN pg_namespace n ON n.oid = a.defaclnamespace
  UNION ALL
    SELECT 'temporal key', k.conname || ' on ' || c.name --@18+
    FROM pg_constraint k JOIN relations c ON c.oid = k.conrelid WHERE k.conperiod --@18+
  UNION ALL --@18+
    SELECT 'not null constraint setting', k.conname || ' on ' || c.name --@18+
    FROM pg_constraint k JOIN relations c ON c.oid = k.conrelid --@18+
    JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1] --@18+
    WHERE k.contype = 'n' AND k.conislocal AND c.relkind IN ('r', 'p', 'f') --@18+
      AND (NOT k.convalidated OR k.connoinherit --@18+
           OR k.conname <> c.relname || '_' || a.attname || '_not_null' --@18+
              AND octet_length(c.relname || '_' || a.attname || '_not_null') < 64) --@18+
  UNION ALL --@18+
    SELECT 'constraint that is not enforced', k.conname || ' on ' || c.name --@18+
    FROM pg_constraint k JOIN relations c ON c.oid = k.conrelid WHERE NOT k.conenforced --@18+
  UNION ALL --@18+
    SELECT 'security label', l.provider || ' on ' || l.objname FROM pg_seclabels l WHERE l.objtype = 'table'
)
SELECT kind, name FROM found ORDER BY kind COLLATE "C", name COLLATE "C"
