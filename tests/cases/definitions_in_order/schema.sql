-- Functions, types and tables that need each other, some of them in circles, are built in an order that works.
CREATE TYPE a_mood AS ENUM ('sad', 'glad');
CREATE FUNCTION z_first() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE DOMAIN a_code AS integer DEFAULT z_first() CHECK (VALUE > z_first());
CREATE FUNCTION z_mood(a_mood, a_code DEFAULT z_first()) RETURNS a_mood LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE TABLE a_table (
    id integer DEFAULT z_first(),
    code a_code,
    mood a_mood DEFAULT z_mood('sad'),
    doubled integer GENERATED ALWAYS AS (z_first() * 2) STORED,
    CHECK (z_mood(mood) = mood)
);
CREATE INDEX ON a_table (z_mood(mood), (z_first() + id)) WHERE z_first() = 1;
-- A function over the rows of a table, which the table's own check and default call.
CREATE FUNCTION a_of_row(a_table) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1.id';
CREATE TABLE b_circle (id integer, other integer);
CREATE FUNCTION a_of_circle(b_circle) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1.id > 0';
CREATE FUNCTION a_default() RETURNS SETOF b_circle LANGUAGE sql AS 'SELECT * FROM b_circle';
CREATE FUNCTION a_count(integer DEFAULT z_first()) RETURNS integer LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM b_circle); END';
ALTER TABLE b_circle ADD CONSTRAINT positive CHECK (a_of_circle(b_circle.*));
COMMENT ON CONSTRAINT positive ON b_circle IS 'in a circle';
ALTER TABLE b_circle ALTER COLUMN other SET DEFAULT a_count();
-- A body that the server knows reads a view that calls a function that takes a row of a table.
CREATE VIEW a_view AS SELECT a_of_row(t.*) AS id, t.mood FROM a_table t;
CREATE FUNCTION a_atomic() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM a_view; END;
CREATE VIEW a_last AS SELECT a_atomic() AS count, v.* FROM a_view v;
CREATE MATERIALIZED VIEW a_filled AS SELECT count, id FROM a_last;
CREATE MATERIALIZED VIEW a_empty AS SELECT a_atomic() AS count WITH NO DATA;
CREATE UNIQUE INDEX ON a_filled (id);
CREATE FUNCTION a_fails() RETURNS integer LANGUAGE plpgsql SET search_path = public AS 'BEGIN RETURN (SELECT count(*) FROM a_table); END';
CREATE MATERIALIZED VIEW a_calls AS SELECT a_fails() AS found;
-- An aggregate over a function over a type; an operator in a view; a type of a table's rows in another table.
CREATE FUNCTION z_keep(a_mood, a_mood) RETURNS a_mood LANGUAGE sql IMMUTABLE AS 'SELECT $2';
CREATE AGGREGATE a_aggregate (a_mood) (SFUNC = z_keep, STYPE = a_mood);
CREATE OPERATOR ## (LEFTARG = a_mood, RIGHTARG = a_mood, FUNCTION = z_keep);
CREATE VIEW a_operator AS SELECT a_aggregate(mood) ## 'sad' AS mood FROM a_table;
CREATE TABLE a_rows (rows a_table[], mood a_mood[]);
CREATE TYPE a_composite AS (part a_table, other a_rows);
CREATE TABLE z_parent (part a_composite, PRIMARY KEY (id), id integer, z_id integer);
CREATE TABLE a_child (parent_id integer REFERENCES z_parent, more integer);
ALTER TABLE z_parent ADD FOREIGN KEY (z_id) REFERENCES z_parent;
CREATE FUNCTION hashed(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE TABLE parted (id integer) PARTITION BY HASH (hashed(id));
CREATE TABLE parted_0 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE EXTENSION hstore;
CREATE FUNCTION of_extension(hstore) RETURNS text LANGUAGE sql AS 'SELECT $1::text';
