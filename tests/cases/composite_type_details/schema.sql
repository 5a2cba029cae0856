-- Attributes of composite types with a collation or a comment: what models don't say is at least counted.
CREATE TYPE address AS (street text COLLATE "C", number integer);
COMMENT ON COLUMN address.number IS 'of the house';
CREATE TABLE shipments (id serial PRIMARY KEY, target address);
