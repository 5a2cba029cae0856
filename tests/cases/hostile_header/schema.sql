-- The docstring holds names of schemas and nothing else out of the database; they can't end it.
CREATE SCHEMA "{e}";
CREATE SCHEMA """""""";
CREATE SCHEMA "\";
CREATE SCHEMA "a
b";
CREATE TABLE """""""".a (id serial PRIMARY KEY);
CREATE FUNCTION "\".""""""""() RETURNS integer LANGUAGE sql AS 'SELECT 1';
