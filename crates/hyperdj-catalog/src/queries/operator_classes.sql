-- Operator classes: an index names one only where it is not the default of its column's type.
SELECT o.oid, n.nspname, o.opcname, o.opcmethod, o.opcintype, o.opcdefault
FROM pg_opclass o
JOIN pg_namespace n ON n.oid = o.opcnamespace
