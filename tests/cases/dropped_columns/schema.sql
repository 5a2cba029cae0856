-- Columns that were dropped leave gaps in the catalog's numbers, and nothing else.
CREATE TABLE users (gone text, id serial PRIMARY KEY, also_gone integer, email text NOT NULL, name text);
ALTER TABLE users DROP COLUMN gone, DROP COLUMN also_gone;
ALTER TABLE users ADD UNIQUE (name, email), ADD CHECK (name <> email);
CREATE INDEX ON users (email DESC, name) INCLUDE (id);
ALTER TABLE users ADD code text DEFAULT 'x';
CREATE TABLE orders (gone text, id serial PRIMARY KEY, user_id integer REFERENCES users);
ALTER TABLE orders DROP COLUMN gone;
