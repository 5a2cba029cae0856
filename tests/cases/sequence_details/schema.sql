-- Sequences of identity columns with a comment or in another place, and serials of unlogged tables.
CREATE SCHEMA other;
CREATE TABLE a (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
COMMENT ON SEQUENCE a_id_seq IS 'of an identity';
CREATE TABLE b (id serial PRIMARY KEY);
CREATE SEQUENCE c_numbers AS integer;
CREATE TABLE c (id integer PRIMARY KEY DEFAULT nextval('c_numbers'));
ALTER SEQUENCE c_numbers OWNED BY c.id;
CREATE UNLOGGED TABLE d (id serial PRIMARY KEY, number integer GENERATED ALWAYS AS IDENTITY);
ALTER SEQUENCE d_id_seq SET LOGGED;
CREATE TABLE e (code text PRIMARY KEY);
CREATE SEQUENCE e_code_seq OWNED BY e.code;
