-- Composite types: columns name them, the list says their attributes.
CREATE TYPE address AS (street text, number integer, "class" varchar(10), lines text[]);
CREATE TYPE person AS (name text, home address);
CREATE TYPE empty AS ();
COMMENT ON TYPE address IS 'where to';
CREATE TABLE shipments (
    id serial PRIMARY KEY,
    target address NOT NULL,
    source address DEFAULT ROW('a', 1, 'b', '{}')::address,
    stops address[] NOT NULL,
    receiver person
);
