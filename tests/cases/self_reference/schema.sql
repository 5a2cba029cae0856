-- A table that refers to itself is no cycle: it stays where its other keys put it.
CREATE TABLE categories (
    id serial PRIMARY KEY,
    parent_id integer REFERENCES categories,
    kind_id integer NOT NULL
);
CREATE TABLE kinds (id serial PRIMARY KEY);
ALTER TABLE categories ADD FOREIGN KEY (kind_id) REFERENCES kinds;
CREATE TABLE articles (id serial PRIMARY KEY, category_id integer REFERENCES categories);
