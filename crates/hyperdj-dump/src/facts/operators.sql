-- Operators of pg_catalog: name, left type, right type, result type.
SELECT o.oprname, coalesce(l.typname, '-'), r.typname, t.typname
FROM pg_operator o LEFT JOIN pg_type l ON l.oid = o.oprleft JOIN pg_type r ON r.oid = o.oprright
JOIN pg_type t ON t.oid = o.oprresult
WHERE o.oid < 16384
ORDER BY o.oprname COLLATE "C", l.typname COLLATE "C" NULLS FIRST, r.typname COLLATE "C"
