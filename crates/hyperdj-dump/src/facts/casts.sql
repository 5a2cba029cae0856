-- Casts of pg_catalog: from, to, context (implicit, assignment, explicit), method (function, binary, inout).
SELECT s.typname, t.typname, c.castcontext, c.castmethod
FROM pg_cast c JOIN pg_type s ON s.oid = c.castsource JOIN pg_type t ON t.oid = c.casttarget
WHERE c.oid < 16384
ORDER BY s.typname COLLATE "C", t.typname COLLATE "C"
