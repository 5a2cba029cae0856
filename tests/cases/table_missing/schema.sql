-- A table that does not exist is an error with the nearest name, and nothing is written.
CREATE TABLE users (id serial PRIMARY KEY);
CREATE TABLE orders (id serial PRIMARY KEY);
