-- Enumerated types: columns name them, the list behind the classes says their labels in order.
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE "Odd Type" AS ENUM ('it''s', 'a "b"', '', E'back\\slash', 'größer');
CREATE TYPE unused AS ENUM ();
COMMENT ON TYPE mood IS 'how it goes';
ALTER TYPE mood ADD VALUE 'angry' BEFORE 'ok';
CREATE TABLE people (
    id serial PRIMARY KEY,
    mood mood NOT NULL DEFAULT 'ok',
    earlier mood[] NOT NULL DEFAULT '{sad,ok}',
    odd "Odd Type" DEFAULT 'it''s',
    computed mood DEFAULT ('o' || 'k')::mood
);
