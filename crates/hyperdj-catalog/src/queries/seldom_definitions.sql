-- Kinds of objects that few databases have, each as the statements that make it: what stands in a namespace and is
-- neither a relation nor a function, and what stands in no namespace. Few rows, so that columns which only some versions
-- have are looked up in the row as JSON.
-- $1: names of the namespaces to read, or NULL for all
WITH namespaces AS MATERIALIZED (
    SELECT n.oid, n.nspname FROM pg_namespace n
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND ($1::text[] IS NULL OR n.nspname = ANY ($1::text[]))
), members AS MATERIALIZED (
    SELECT d.classid, d.objid FROM pg_depend d
    WHERE d.deptype = 'e'
       OR d.deptype = 'i' AND d.classid IN ('pg_cast'::regclass, 'pg_type'::regclass)
), types AS MATERIALIZED (
    SELECT t.oid, t.typtype, t.typowner, n.nspname, format('%I.%I', n.nspname, t.typname) AS name
    FROM pg_type t JOIN namespaces n ON n.oid = t.typnamespace
    WHERE (t.typtype = 'r' OR t.typtype = 'b' AND t.typelem = 0 OR t.typtype = 'b' AND NOT EXISTS (
              SELECT FROM pg_type e WHERE e.typarray = t.oid)
           OR t.typtype = 'p' AND NOT t.typisdefined)
      AND t.oid NOT IN (SELECT objid FROM members WHERE classid = 'pg_type'::regclass)
), held AS MATERIALIZED (
    -- What each operator family and class holds by itself: operators and functions. First which are left, then what they hold.
    SELECT s.classid, s.oid,
           (SELECT string_agg(text, E',\n    ' ORDER BY rank, strategy, text COLLATE "C")
            FROM (SELECT 1 AS rank, o.amopstrategy AS strategy,
                         format('OPERATOR %s %s%s', o.amopstrategy, o.amopopr::regoperator,
                                (SELECT format(' FOR ORDER BY %I.%I', sn.nspname, f.opfname)
                                 FROM pg_opfamily f JOIN pg_namespace sn ON sn.oid = f.opfnamespace
                                 WHERE f.oid = o.amopsortfamily)) AS text
                  FROM pg_amop o JOIN pg_depend d ON d.classid = 'pg_amop'::regclass AND d.objid = o.oid
                  WHERE d.refclassid = s.classid AND d.refobjid = s.oid
                UNION ALL
                  SELECT 2, p.amprocnum,
                         format('FUNCTION %s (%s, %s) %s', p.amprocnum, format_type(p.amproclefttype, NULL),
                                format_type(p.amprocrighttype, NULL), p.amproc::regprocedure)
                  FROM pg_amproc p JOIN pg_depend d ON d.classid = 'pg_amproc'::regclass AND d.objid = p.oid
                  WHERE d.refclassid = s.classid AND d.refobjid = s.oid) own) AS list
    FROM (SELECT 'pg_opfamily'::regclass::oid AS classid, oid FROM pg_opfamily
          WHERE opfnamespace IN (SELECT oid FROM namespaces)
        UNION ALL
          SELECT 'pg_opclass'::regclass::oid, oid FROM pg_opclass
          WHERE opcnamespace IN (SELECT oid FROM namespaces)
        EXCEPT
          SELECT classid, objid FROM members) s
), found(classid, objid, owner, kind, object, nspname, statements, roles, withheld) AS (
    SELECT 'pg_type'::regclass::oid, t.oid, t.typowner, 'shell type', 'TYPE ' || t.name, t.nspname,
           ARRAY['CREATE TYPE ' || t.name], NULL::name[], NULL
    FROM types t WHERE t.typtype = 'p'
  UNION ALL
    SELECT 'pg_type'::regclass::oid, t.oid, t.typowner, 'range type', 'TYPE ' || t.name, t.nspname,
           CASE WHEN r.rngcanonical <> 0::regproc THEN ARRAY['CREATE TYPE ' || t.name] END
           || ARRAY[format('CREATE TYPE %s AS RANGE (%s)', t.name, concat_ws(', ',
                   'SUBTYPE = ' || format_type(r.rngsubtype, NULL),
                   CASE WHEN NOT oc.opcdefault THEN format('SUBTYPE_OPCLASS = %I.%I', ocn.nspname, oc.opcname) END,
                   CASE WHEN r.rngcollation <> st.typcollation THEN
                       (SELECT format('COLLATION = %I.%I', cn.nspname, co.collname)
                        FROM pg_collation co JOIN pg_namespace cn ON cn.oid = co.collnamespace
                        WHERE co.oid = r.rngcollation) END,
                   'CANONICAL = ' || nullif(r.rngcanonical::oid, 0)::regproc,
                   'MULTIRANGE_TYPE_NAME = ' || r.rngmultitypid::regtype, --@14+
                   'SUBTYPE_DIFF = ' || nullif(r.rngsubdiff::oid, 0)::regproc
               ))],
           NULL, NULL
    FROM types t
    JOIN pg_range r ON r.rngtypid = t.oid
    JOIN pg_type st ON st.oid = r.rngsubtype
    JOIN pg_opclass oc ON oc.oid = r.rngsubopc
    JOIN pg_namespace ocn ON ocn.oid = oc.opcnamespace
    WHERE t.typtype = 'r'
  UNION ALL
    SELECT 'pg_type'::regclass::oid, t.oid, t.typowner, 'base type', 'TYPE ' || t.name, t.nspname,
           ARRAY['CREATE TYPE ' || t.name,
                 format(E'CREATE TYPE %s (\n    %s\n)', t.name, concat_ws(E',\n    ',
                   'INPUT = ' || b.typinput,
                   'OUTPUT = ' || b.typoutput,
                   'RECEIVE = ' || nullif(b.typreceive::oid, 0)::regproc,
                   'SEND = ' || nullif(b.typsend::oid, 0)::regproc,
                   'TYPMOD_IN = ' || nullif(b.typmodin::oid, 0)::regproc,
                   'TYPMOD_OUT = ' || nullif(b.typmodout::oid, 0)::regproc,
                   'ANALYZE = ' || nullif(b.typanalyze::oid, 0)::regproc,
                   'SUBSCRIPT = ' || nullif(b.typsubscript::oid, 0)::regproc, --@14+
                   'INTERNALLENGTH = ' || CASE WHEN b.typlen < 0 THEN 'variable' ELSE b.typlen::text END,
                   CASE WHEN b.typbyval THEN 'PASSEDBYVALUE' END,
                   'ALIGNMENT = ' || CASE b.typalign WHEN 'c' THEN 'char' WHEN 's' THEN 'int2' WHEN 'i' THEN 'int4' ELSE 'double' END,
                   'STORAGE = ' || CASE b.typstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external'
                                       WHEN 'x' THEN 'extended' ELSE 'main' END,
                   'CATEGORY = ' || quote_literal(b.typcategory::text),
                   CASE WHEN b.typispreferred THEN 'PREFERRED = true' END,
                   'DEFAULT = ' || quote_literal(b.typdefault),
                   CASE WHEN b.typelem <> 0 THEN 'ELEMENT = ' || format_type(b.typelem, NULL) END,
                   CASE WHEN b.typdelim <> ',' THEN 'DELIMITER = ' || quote_literal(b.typdelim::text) END,
                   CASE WHEN b.typcollation <> 0 THEN 'COLLATABLE = true' END))],
           NULL, NULL
    FROM types t JOIN pg_type b ON b.oid = t.oid
    WHERE t.typtype = 'b'
  UNION ALL
    SELECT 'pg_collation'::regclass::oid, c.oid, c.collowner, 'collation',
           format('COLLATION %I.%I', n.nspname, c.collname), n.nspname,
           ARRAY[format('CREATE COLLATION %I.%I (%s)', n.nspname, c.collname, concat_ws(', ',
               'provider = ' || CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END,
               CASE WHEN NOT c.collisdeterministic THEN 'deterministic = false' END,
               CASE WHEN c.collprovider <> 'c' OR c.collcollate IS NOT DISTINCT FROM c.collctype THEN
                   'locale = ' || quote_literal(coalesce(j.found ->> 'colllocale', j.found ->> 'colliculocale', c.collcollate))
               ELSE format('lc_collate = %L, lc_ctype = %L', c.collcollate, c.collctype) END,
               'rules = ' || quote_literal(j.found ->> 'collicurules')))],
           NULL, NULL
    FROM pg_collation c
    JOIN namespaces n ON n.oid = c.collnamespace
    CROSS JOIN LATERAL (SELECT to_jsonb(c) AS found) j
  UNION ALL
    SELECT 'pg_conversion'::regclass::oid, c.oid, c.conowner, 'conversion',
           format('CONVERSION %I.%I', n.nspname, c.conname), n.nspname,
           ARRAY[format('CREATE %sCONVERSION %I.%I FOR %L TO %L FROM %s', CASE WHEN c.condefault THEN 'DEFAULT ' ELSE '' END,
                        n.nspname, c.conname, pg_encoding_to_char(c.conforencoding), pg_encoding_to_char(c.contoencoding),
                        c.conproc)],
           NULL, NULL
    FROM pg_conversion c JOIN namespaces n ON n.oid = c.connamespace
  UNION ALL
    SELECT 'pg_operator'::regclass::oid, o.oid, o.oprowner, 'operator',
           format('OPERATOR %I.%s (%s, %s)', n.nspname, o.oprname,
                  CASE WHEN o.oprleft = 0 THEN 'NONE' ELSE format_type(o.oprleft, NULL) END,
                  CASE WHEN o.oprright = 0 THEN 'NONE' ELSE format_type(o.oprright, NULL) END),
           n.nspname,
           ARRAY[format(E'CREATE OPERATOR %I.%s (\n    %s\n)', n.nspname, o.oprname, concat_ws(E',\n    ',
               'FUNCTION = ' || o.oprcode,
               CASE WHEN o.oprleft <> 0 THEN 'LEFTARG = ' || format_type(o.oprleft, NULL) END,
               CASE WHEN o.oprright <> 0 THEN 'RIGHTARG = ' || format_type(o.oprright, NULL) END,
               (SELECT format('COMMUTATOR = OPERATOR(%I.%s)', cn.nspname, c.oprname)
                FROM pg_operator c JOIN pg_namespace cn ON cn.oid = c.oprnamespace WHERE c.oid = o.oprcom),
               (SELECT format('NEGATOR = OPERATOR(%I.%s)', cn.nspname, c.oprname)
                FROM pg_operator c JOIN pg_namespace cn ON cn.oid = c.oprnamespace WHERE c.oid = o.oprnegate),
               CASE WHEN o.oprcanmerge THEN 'MERGES' END,
               CASE WHEN o.oprcanhash THEN 'HASHES' END,
               'RESTRICT = ' || nullif(o.oprrest::oid, 0)::regproc,
               'JOIN = ' || nullif(o.oprjoin::oid, 0)::regproc))],
           NULL, NULL
    FROM pg_operator o JOIN namespaces n ON n.oid = o.oprnamespace
    -- One that another only names has nothing to be made of.
    WHERE o.oprcode <> 0::regproc
  UNION ALL
    SELECT 'pg_opfamily'::regclass::oid, f.oid, f.opfowner, 'operator family',
           format('OPERATOR FAMILY %I.%I USING %I', n.nspname, f.opfname, am.amname), n.nspname,
           ARRAY[format('CREATE OPERATOR FAMILY %I.%I USING %I', n.nspname, f.opfname, am.amname)], NULL, NULL
    FROM pg_opfamily f
    JOIN namespaces n ON n.oid = f.opfnamespace
    JOIN pg_am am ON am.oid = f.opfmethod
  UNION ALL
    -- What a family holds by itself, no class of it: it comes when all operators are there.
    SELECT 'pg_opfamily'::regclass::oid, f.oid, NULL, 'operator family members',
           format('OPERATOR FAMILY %I.%I USING %I', n.nspname, f.opfname, am.amname), n.nspname,
           ARRAY[format(E'ALTER OPERATOR FAMILY %I.%I USING %I ADD\n    %s', n.nspname, f.opfname, am.amname, m.list)],
           NULL, NULL
    FROM held m
    JOIN pg_opfamily f ON f.oid = m.oid
    JOIN namespaces n ON n.oid = f.opfnamespace
    JOIN pg_am am ON am.oid = f.opfmethod
    WHERE m.classid = 'pg_opfamily'::regclass AND m.list IS NOT NULL
  UNION ALL
    SELECT 'pg_opclass'::regclass::oid, c.oid, c.opcowner, 'operator class',
           format('OPERATOR CLASS %I.%I USING %I', n.nspname, c.opcname, am.amname), n.nspname,
           ARRAY[format(E'CREATE OPERATOR CLASS %I.%I %sFOR TYPE %s USING %I FAMILY %I.%I AS\n    %s', n.nspname, c.opcname,
                        CASE WHEN c.opcdefault THEN 'DEFAULT ' ELSE '' END, format_type(c.opcintype, NULL), am.amname,
                        fn.nspname, f.opfname,
                        concat_ws(E',\n    ',
                            CASE WHEN c.opckeytype <> 0 OR m.list IS NULL THEN
                                'STORAGE ' || format_type(coalesce(nullif(c.opckeytype, 0), c.opcintype), NULL) END,
                            m.list))],
           NULL, NULL
    FROM held m
    JOIN pg_opclass c ON c.oid = m.oid
    JOIN namespaces n ON n.oid = c.opcnamespace
    JOIN pg_am am ON am.oid = c.opcmethod
    JOIN pg_opfamily f ON f.oid = c.opcfamily
    JOIN pg_namespace fn ON fn.oid = f.opfnamespace
    WHERE m.classid = 'pg_opclass'::regclass
  UNION ALL
    SELECT 'pg_ts_parser'::regclass::oid, p.oid, NULL, 'text search parser',
           format('TEXT SEARCH PARSER %I.%I', n.nspname, p.prsname), n.nspname,
           ARRAY[format('CREATE TEXT SEARCH PARSER %I.%I (%s)', n.nspname, p.prsname, concat_ws(', ',
               'START = ' || p.prsstart, 'GETTOKEN = ' || p.prstoken, 'END = ' || p.prsend,
               'HEADLINE = ' || nullif(p.prsheadline::oid, 0)::regproc, 'LEXTYPES = ' || p.prslextype))],
           NULL, NULL
    FROM pg_ts_parser p JOIN namespaces n ON n.oid = p.prsnamespace
  UNION ALL
    SELECT 'pg_ts_template'::regclass::oid, t.oid, NULL, 'text search template',
           format('TEXT SEARCH TEMPLATE %I.%I', n.nspname, t.tmplname), n.nspname,
           ARRAY[format('CREATE TEXT SEARCH TEMPLATE %I.%I (%s)', n.nspname, t.tmplname, concat_ws(', ',
               'INIT = ' || nullif(t.tmplinit::oid, 0)::regproc, 'LEXIZE = ' || t.tmpllexize))],
           NULL, NULL
    FROM pg_ts_template t JOIN namespaces n ON n.oid = t.tmplnamespace
  UNION ALL
    SELECT 'pg_ts_dict'::regclass::oid, d.oid, d.dictowner, 'text search dictionary',
           format('TEXT SEARCH DICTIONARY %I.%I', n.nspname, d.dictname), n.nspname,
           ARRAY[format('CREATE TEXT SEARCH DICTIONARY %I.%I (%s)', n.nspname, d.dictname, concat_ws(', ',
               format('TEMPLATE = %I.%I', tn.nspname, t.tmplname), d.dictinitoption))],
           NULL, NULL
    FROM pg_ts_dict d
    JOIN namespaces n ON n.oid = d.dictnamespace
    JOIN pg_ts_template t ON t.oid = d.dicttemplate
    JOIN pg_namespace tn ON tn.oid = t.tmplnamespace
  UNION ALL
    SELECT 'pg_ts_config'::regclass::oid, c.oid, c.cfgowner, 'text search configuration',
           format('TEXT SEARCH CONFIGURATION %I.%I', n.nspname, c.cfgname), n.nspname,
           ARRAY[format('CREATE TEXT SEARCH CONFIGURATION %I.%I (PARSER = %I.%I)', n.nspname, c.cfgname, pn.nspname, p.prsname)]
           || ARRAY(
               SELECT format('ALTER TEXT SEARCH CONFIGURATION %I.%I ADD MAPPING FOR %I WITH %s', n.nspname, c.cfgname, k.alias,
                             string_agg(format('%I.%I', dn.nspname, d.dictname), ', ' ORDER BY m.mapseqno))
               FROM pg_ts_config_map m
               JOIN ts_token_type(c.cfgparser) k ON k.tokid = m.maptokentype
               JOIN pg_ts_dict d ON d.oid = m.mapdict
               JOIN pg_namespace dn ON dn.oid = d.dictnamespace
               WHERE m.mapcfg = c.oid
               GROUP BY m.maptokentype, k.alias
               ORDER BY m.maptokentype),
           NULL, NULL
    FROM pg_ts_config c
    JOIN namespaces n ON n.oid = c.cfgnamespace
    JOIN pg_ts_parser p ON p.oid = c.cfgparser
    JOIN pg_namespace pn ON pn.oid = p.prsnamespace
  UNION ALL
    SELECT 'pg_am'::regclass::oid, a.oid, NULL, 'access method', format('ACCESS METHOD %I', a.amname), NULL,
           ARRAY[format('CREATE ACCESS METHOD %I TYPE %s HANDLER %s', a.amname,
                        CASE a.amtype WHEN 'i' THEN 'INDEX' ELSE 'TABLE' END, a.amhandler)],
           NULL, NULL
    FROM pg_am a WHERE a.oid >= 16384
  UNION ALL
    SELECT 'pg_language'::regclass::oid, l.oid, l.lanowner, 'language', format('LANGUAGE %I', l.lanname), NULL,
           ARRAY[format('CREATE %sLANGUAGE %I%s', CASE WHEN l.lanpltrusted THEN 'TRUSTED ' ELSE '' END, l.lanname,
                        coalesce(' HANDLER ' || nullif(l.lanplcallfoid, 0)::regproc, '')
                        || coalesce(' INLINE ' || nullif(l.laninline, 0)::regproc, '')
                        || coalesce(' VALIDATOR ' || nullif(l.lanvalidator, 0)::regproc, ''))],
           NULL, NULL
    FROM pg_language l WHERE l.oid >= 16384
  UNION ALL
    SELECT 'pg_cast'::regclass::oid, c.oid, NULL, 'cast',
           format('CAST (%s AS %s)', format_type(c.castsource, NULL), format_type(c.casttarget, NULL)), NULL,
           ARRAY[format('CREATE CAST (%s AS %s) %s%s', format_type(c.castsource, NULL), format_type(c.casttarget, NULL),
                        CASE c.castmethod WHEN 'f' THEN 'WITH FUNCTION ' || c.castfunc::regprocedure
                            WHEN 'i' THEN 'WITH INOUT' ELSE 'WITHOUT FUNCTION' END,
                        CASE c.castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' ELSE '' END)],
           NULL, NULL
    FROM pg_cast c WHERE c.oid >= 16384
  UNION ALL
    SELECT 'pg_transform'::regclass::oid, t.oid, NULL, 'transform',
           format('TRANSFORM FOR %s LANGUAGE %I', format_type(t.trftype, NULL), l.lanname), NULL,
           ARRAY[format('CREATE TRANSFORM FOR %s LANGUAGE %I (%s)', format_type(t.trftype, NULL), l.lanname, concat_ws(', ',
               'FROM SQL WITH FUNCTION ' || nullif(t.trffromsql, 0)::regprocedure,
               'TO SQL WITH FUNCTION ' || nullif(t.trftosql, 0)::regprocedure))],
           NULL, NULL
    FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang
  UNION ALL
    -- An option that may hold a password is left out, and said to be.
    SELECT 'pg_foreign_data_wrapper'::regclass::oid, w.oid, w.fdwowner, 'foreign data wrapper',
           format('FOREIGN DATA WRAPPER %I', w.fdwname), NULL,
           ARRAY[format('CREATE FOREIGN DATA WRAPPER %I%s%s%s', w.fdwname,
                        coalesce(' HANDLER ' || nullif(w.fdwhandler, 0)::regproc, ''),
                        coalesce(' VALIDATOR ' || nullif(w.fdwvalidator, 0)::regproc, ''),
                        ' OPTIONS (' || o.kept || ')')],
           NULL, o.withheld
    FROM pg_foreign_data_wrapper w
    CROSS JOIN LATERAL (
        SELECT string_agg(format('%I %L', option_name, option_value), ', ')
                   FILTER (WHERE option_name !~* 'pass|pwd|secret|token|credential|_key'),
               'options ' || string_agg(option_name, ', ')
                   FILTER (WHERE option_name ~* 'pass|pwd|secret|token|credential|_key')
        FROM pg_options_to_table(w.fdwoptions)
    ) o(kept, withheld)
  UNION ALL
    SELECT 'pg_foreign_server'::regclass::oid, s.oid, s.srvowner, 'foreign server', format('SERVER %I', s.srvname), NULL,
           ARRAY[format('CREATE SERVER %I%s%s FOREIGN DATA WRAPPER %I%s', s.srvname, ' TYPE ' || quote_literal(s.srvtype),
                        ' VERSION ' || quote_literal(s.srvversion), w.fdwname, ' OPTIONS (' || o.kept || ')')],
           NULL, o.withheld
    FROM pg_foreign_server s
    JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
    CROSS JOIN LATERAL (
        SELECT string_agg(format('%I %L', option_name, option_value), ', ')
                   FILTER (WHERE option_name !~* 'pass|pwd|secret|token|credential|_key'),
               'options ' || string_agg(option_name, ', ')
                   FILTER (WHERE option_name ~* 'pass|pwd|secret|token|credential|_key')
        FROM pg_options_to_table(s.srvoptions)
    ) o(kept, withheld)
  UNION ALL
    SELECT 'pg_user_mapping'::regclass::oid, u.umid, NULL, 'user mapping',
           format('USER MAPPING FOR %s SERVER %I', CASE WHEN u.umuser = 0 THEN 'PUBLIC' ELSE quote_ident(u.usename) END, u.srvname),
           NULL,
           ARRAY[format('CREATE USER MAPPING FOR %s SERVER %I',
                        CASE WHEN u.umuser = 0 THEN 'PUBLIC' ELSE quote_ident(u.usename) END, u.srvname)],
           CASE WHEN u.umuser <> 0 THEN ARRAY[u.usename] END,
           'all options, for they may hold a password'
    FROM pg_user_mappings u
  UNION ALL
    SELECT 'pg_event_trigger'::regclass::oid, t.oid, t.evtowner, 'event trigger', format('EVENT TRIGGER %I', t.evtname), NULL,
           ARRAY[format('CREATE EVENT TRIGGER %I ON %s%s EXECUTE FUNCTION %s()', t.evtname, t.evtevent,
                        ' WHEN TAG IN (' || (SELECT string_agg(quote_literal(tag), ', ') FROM unnest(t.evttags) tag) || ')',
                        t.evtfoid::regproc)]
           || CASE WHEN t.evtenabled <> 'O' THEN
                  ARRAY[format('ALTER EVENT TRIGGER %I %s', t.evtname,
                               CASE t.evtenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END)]
              END,
           NULL, NULL
    FROM pg_event_trigger t
  UNION ALL
    SELECT 'pg_publication'::regclass::oid, p.oid, p.pubowner, 'publication', format('PUBLICATION %I', p.pubname), NULL,
           ARRAY[format('CREATE PUBLICATION %I%s WITH (%s)', p.pubname,
                        CASE WHEN p.puballtables THEN ' FOR ALL TABLES' ELSE '' END,
                        concat_ws(', ',
                            format('publish = %L', concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END,
                                CASE WHEN p.pubupdate THEN 'update' END, CASE WHEN p.pubdelete THEN 'delete' END,
                                CASE WHEN p.pubtruncate THEN 'truncate' END)),
                            CASE WHEN to_jsonb(p) ->> 'pubviaroot' = 'true' THEN 'publish_via_partition_root = true' END,
                            CASE WHEN to_jsonb(p) ->> 'pubgencols' = 's' THEN 'publish_generated_columns = stored' END))]
           || ARRAY(SELECT format('ALTER PUBLICATION %I ADD TABLES IN SCHEMA %I', p.pubname, n.nspname) --@15+
                    FROM pg_publication_namespace pn JOIN namespaces n ON n.oid = pn.pnnspid --@15+
                    WHERE pn.pnpubid = p.oid ORDER BY n.nspname COLLATE "C") --@15+
           || ARRAY(SELECT format('ALTER PUBLICATION %I ADD TABLE ONLY %I.%I', p.pubname, n.nspname, c.relname)
                           || coalesce(' (' || (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) --@15+
                                                FROM pg_attribute a --@15+
                                                WHERE a.attrelid = c.oid AND a.attnum = ANY (pr.prattrs)) || ')', '') --@15+
                           || coalesce(' WHERE (' || pg_get_expr(pr.prqual, c.oid) || ')', '') --@15+
                    FROM pg_publication_rel pr
                    JOIN pg_class c ON c.oid = pr.prrelid
                    JOIN namespaces n ON n.oid = c.relnamespace
                    WHERE pr.prpubid = p.oid
                    ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"),
           NULL, NULL
    FROM pg_publication p
)
SELECT f.classid, f.objid, r.rolname, f.kind, f.object, f.nspname, NULL, to_json(f.statements), to_json(f.roles),
       f.withheld, d.description
FROM found f
LEFT JOIN pg_roles r ON r.oid = f.owner
LEFT JOIN pg_description d ON d.objoid = f.objid AND d.classoid = f.classid AND d.objsubid = 0
      AND f.kind <> 'operator family members'
WHERE (f.classid, f.objid) NOT IN (SELECT classid, objid FROM members)
