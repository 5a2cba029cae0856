-- Operator classes of pg_catalog: access method, name, input type, whether default.
SELECT m.amname, o.opcname, t.typname, CASE WHEN o.opcdefault THEN 'd' ELSE '-' END
FROM pg_opclass o JOIN pg_am m ON m.oid = o.opcmethod JOIN pg_type t ON t.oid = o.opcintype
WHERE o.oid < 16384
ORDER BY m.amname COLLATE "C", o.opcname COLLATE "C", t.typname COLLATE "C"
