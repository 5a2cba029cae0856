-- Functions, procedures and aggregates, and what belongs to relations: triggers, rules, policies, extended statistics.
-- Each as the statements that make it, as PostgreSQL's deparser prints them where it does.
-- $1: names of the namespaces to read, or NULL for all
WITH namespaces AS MATERIALIZED (
    SELECT n.oid, n.nspname FROM pg_namespace n
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND ($1::text[] IS NULL OR n.nspname = ANY ($1::text[]))
), members AS MATERIALIZED (
    SELECT d.classid, d.objid FROM pg_depend d
    WHERE d.deptype = 'e' OR d.deptype = 'i' AND d.classid = 'pg_proc'::regclass
), relations AS MATERIALIZED (
    SELECT c.oid, c.relkind, c.relname, n.nspname, format('%I.%I', n.nspname, c.relname) AS name
    FROM pg_class c JOIN namespaces n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm')
      -- The history of migrations is our own affair.
      AND c.relname <> 'hyperdjango_migrations'
      AND c.oid NOT IN (SELECT objid FROM members WHERE classid = 'pg_class'::regclass)
), found(classid, objid, owner, kind, object, nspname, relname, statements, roles) AS (
    SELECT 'pg_proc'::regclass::oid, p.oid, p.proowner,
           CASE p.prokind WHEN 'a' THEN 'aggregate' WHEN 'p' THEN 'procedure' ELSE 'function' END,
           CASE p.prokind WHEN 'a' THEN 'AGGREGATE ' WHEN 'p' THEN 'PROCEDURE ' ELSE 'FUNCTION ' END
           || CASE WHEN p.prokind = 'a' AND p.pronargs = 0 THEN format('%I.%I(*)', n.nspname, p.proname)
                   ELSE p.oid::regprocedure::text END,
           n.nspname, NULL,
           ARRAY[CASE WHEN p.prokind = 'a' THEN
               format(E'CREATE AGGREGATE %I.%I(%s) (\n    ', n.nspname, p.proname,
                      CASE WHEN p.pronargs = 0 THEN '*' ELSE pg_get_function_arguments(p.oid) END)
               || concat_ws(E',\n    ',
                   'SFUNC = ' || a.aggtransfn,
                   'STYPE = ' || format_type(a.aggtranstype, NULL),
                   'SSPACE = ' || nullif(a.aggtransspace, 0),
                   'FINALFUNC = ' || nullif(a.aggfinalfn::oid, 0)::regproc,
                   CASE WHEN a.aggfinalextra THEN 'FINALFUNC_EXTRA' END,
                   CASE WHEN a.aggfinalfn <> 0::regproc
                         AND a.aggfinalmodify <> CASE WHEN a.aggkind = 'n' THEN 'r' ELSE 'w' END THEN
                       'FINALFUNC_MODIFY = ' || CASE a.aggfinalmodify WHEN 'r' THEN 'READ_ONLY'
                                                WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END
                   END,
                   'COMBINEFUNC = ' || nullif(a.aggcombinefn::oid, 0)::regproc,
                   'SERIALFUNC = ' || nullif(a.aggserialfn::oid, 0)::regproc,
                   'DESERIALFUNC = ' || nullif(a.aggdeserialfn::oid, 0)::regproc,
                   'INITCOND = ' || quote_literal(a.agginitval),
                   'MSFUNC = ' || nullif(a.aggmtransfn::oid, 0)::regproc,
                   'MINVFUNC = ' || nullif(a.aggminvtransfn::oid, 0)::regproc,
                   CASE WHEN a.aggmtranstype <> 0 THEN 'MSTYPE = ' || format_type(a.aggmtranstype, NULL) END,
                   'MSSPACE = ' || nullif(a.aggmtransspace, 0),
                   'MFINALFUNC = ' || nullif(a.aggmfinalfn::oid, 0)::regproc,
                   CASE WHEN a.aggmfinalextra THEN 'MFINALFUNC_EXTRA' END,
                   CASE WHEN a.aggmfinalfn <> 0::regproc AND a.aggmfinalmodify <> 'r' THEN
                       'MFINALFUNC_MODIFY = ' || CASE a.aggmfinalmodify WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END
                   END,
                   'MINITCOND = ' || quote_literal(a.aggminitval),
                   (SELECT format('SORTOP = OPERATOR(%I.%s)', so.nspname, o.oprname)
                    FROM pg_operator o JOIN pg_namespace so ON so.oid = o.oprnamespace
                    WHERE o.oid = a.aggsortop),
                   CASE p.proparallel WHEN 's' THEN 'PARALLEL = SAFE' WHEN 'r' THEN 'PARALLEL = RESTRICTED' END,
                   CASE WHEN a.aggkind = 'h' THEN 'HYPOTHETICAL' END)
               || E'\n)'
           ELSE rtrim(pg_get_functiondef(p.oid), E'\n') END],
           NULL::name[]
    FROM pg_proc p
    JOIN namespaces n ON n.oid = p.pronamespace
    LEFT JOIN pg_aggregate a ON p.prokind = 'a' AND a.aggfnoid = p.oid
    WHERE p.oid NOT IN (SELECT objid FROM members WHERE classid = 'pg_proc'::regclass)
  UNION ALL
    SELECT 'pg_trigger'::regclass::oid, t.oid, NULL, 'trigger', format('TRIGGER %I ON %s', t.tgname, c.name),
           c.nspname, c.relname,
           ARRAY[pg_get_triggerdef(t.oid)]
           || CASE WHEN t.tgenabled <> 'O' THEN
                  ARRAY[format('ALTER TABLE %s %s TRIGGER %I', c.name,
                               CASE t.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END,
                               t.tgname)]
              END,
           NULL
    FROM pg_trigger t JOIN relations c ON c.oid = t.tgrelid
    WHERE NOT t.tgisinternal
      AND t.tgparentid = 0 --@13+
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_trigger'::regclass AND d.objid = t.oid --@<13
                        AND d.refclassid = 'pg_trigger'::regclass) --@<13
  UNION ALL --@13+
    -- A partition's trigger is its parent's; only whether it is enabled is its own. --@13+
    SELECT 'pg_trigger'::regclass::oid, t.oid, NULL, 'trigger state', format('TRIGGER %I ON %s', t.tgname, c.name), --@13+
           c.nspname, c.relname, --@13+
           ARRAY[format('ALTER TABLE %s %s TRIGGER %I', c.name, --@13+
                        CASE t.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' --@13+
                            WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE' END, --@13+
                        t.tgname)], --@13+
           NULL --@13+
    FROM pg_trigger t --@13+
    JOIN relations c ON c.oid = t.tgrelid --@13+
    JOIN pg_trigger parent ON parent.oid = t.tgparentid --@13+
    WHERE NOT t.tgisinternal AND t.tgenabled <> parent.tgenabled --@13+
  UNION ALL
    SELECT 'pg_rewrite'::regclass::oid, r.oid, NULL, 'rule', format('RULE %I ON %s', r.rulename, c.name),
           c.nspname, c.relname,
           ARRAY[rtrim(pg_get_ruledef(r.oid), ';')]
           || CASE WHEN r.ev_enabled <> 'O' THEN
                  ARRAY[format('ALTER TABLE %s %s RULE %I', c.name,
                               CASE r.ev_enabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END,
                               r.rulename)]
              END,
           NULL
    FROM pg_rewrite r JOIN relations c ON c.oid = r.ev_class
    WHERE r.rulename <> '_RETURN'
  UNION ALL
    SELECT 'pg_policy'::regclass::oid, p.oid, NULL, 'policy', format('POLICY %I ON %s', p.polname, c.name),
           c.nspname, c.relname,
           ARRAY[format('CREATE POLICY %I ON %s%s%s TO %s', p.polname, c.name,
                        CASE WHEN p.polpermissive THEN '' ELSE ' AS RESTRICTIVE' END,
                        CASE p.polcmd WHEN 'r' THEN ' FOR SELECT' WHEN 'a' THEN ' FOR INSERT'
                            WHEN 'w' THEN ' FOR UPDATE' WHEN 'd' THEN ' FOR DELETE' ELSE '' END,
                        (SELECT string_agg(coalesce(quote_ident(m.rolname), 'PUBLIC'), ', ' ORDER BY m.rolname COLLATE "C")
                         FROM unnest(p.polroles) u(role) LEFT JOIN pg_roles m ON m.oid = u.role))
                 || coalesce(E'\n    USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', '')
                 || coalesce(E'\n    WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', '')],
           ARRAY(SELECT m.rolname FROM unnest(p.polroles) u(role) JOIN pg_roles m ON m.oid = u.role
                 ORDER BY m.rolname COLLATE "C")
    FROM pg_policy p JOIN relations c ON c.oid = p.polrelid
  UNION ALL
    SELECT 'pg_statistic_ext'::regclass::oid, s.oid, s.stxowner, 'statistics object',
           format('STATISTICS %I.%I', n.nspname, s.stxname), c.nspname, c.relname,
           ARRAY[pg_get_statisticsobjdef(s.oid)]
           || CASE WHEN (to_jsonb(s) ->> 'stxstattarget')::integer >= 0 THEN
                  ARRAY[format('ALTER STATISTICS %I.%I SET STATISTICS %s', n.nspname, s.stxname,
                               to_jsonb(s) ->> 'stxstattarget')]
              END,
           NULL
    FROM pg_statistic_ext s
    JOIN namespaces n ON n.oid = s.stxnamespace
    JOIN relations c ON c.oid = s.stxrelid
    WHERE s.oid NOT IN (SELECT objid FROM members WHERE classid = 'pg_statistic_ext'::regclass)
)
SELECT f.classid, f.objid, r.rolname, f.kind, f.object, f.nspname, f.relname, to_json(f.statements), to_json(f.roles),
       NULL, d.description
FROM found f
LEFT JOIN pg_roles r ON r.oid = f.owner
LEFT JOIN pg_description d ON d.objoid = f.objid AND d.classoid = f.classid AND d.objsubid = 0
      AND f.kind <> 'trigger state'
