-- Several names behind --table; the others' class names count, so that nothing is renamed.
CREATE TABLE users (id serial PRIMARY KEY);
CREATE TABLE "user" (id serial PRIMARY KEY);
CREATE TABLE orders (id serial PRIMARY KEY, user_id integer NOT NULL REFERENCES users);
CREATE TABLE products (id serial PRIMARY KEY);
CREATE TABLE secrets (id serial PRIMARY KEY);
