-- schema.table reads that schema without --schema.
CREATE SCHEMA sales;
CREATE TABLE users (id serial PRIMARY KEY);
CREATE TABLE others (id serial PRIMARY KEY);
CREATE TABLE sales.orders (id serial PRIMARY KEY, user_id integer NOT NULL REFERENCES users);
CREATE TABLE sales.others (id serial PRIMARY KEY);
