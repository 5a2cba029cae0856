-- A cycle that leaves the schemas that are read is none in the file.
CREATE SCHEMA ref;
CREATE TABLE a (id serial PRIMARY KEY);
CREATE TABLE ref.b (id serial PRIMARY KEY, a_id integer REFERENCES a);
ALTER TABLE a ADD b_id integer REFERENCES ref.b;
