-- What needs what among the objects of users: the order in which they can be made. Foreign keys are left aside, for they
-- are made last.
SELECT DISTINCT d.classid, d.objid, d.refclassid, d.refobjid, d.deptype
FROM pg_depend d
WHERE d.objid >= 16384
  AND d.refobjid >= 16384
  AND d.deptype IN ('n', 'a', 'i', 'e')
  AND (d.classid, d.objid) <> (d.refclassid, d.refobjid)
  AND d.refclassid <> 'pg_namespace'::regclass
  -- An index or a sequence of a column.
  AND NOT (d.deptype = 'a' AND d.classid = 'pg_class'::regclass AND d.refobjsubid > 0)
  AND d.classid::regclass::text NOT LIKE 'pg_publication_%'
  AND NOT (d.classid = 'pg_constraint'::regclass
           AND EXISTS (SELECT FROM pg_constraint k WHERE k.oid = d.objid AND k.contype = 'f'))
  AND NOT (d.refclassid = 'pg_class'::regclass
           AND EXISTS (SELECT FROM pg_class c WHERE c.oid = d.refobjid AND c.relkind IN ('i', 'I')))
