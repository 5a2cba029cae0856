-- A schema without tables gives a file without classes, and says where tables are.
CREATE SCHEMA inventory;
CREATE TABLE inventory.items (id serial PRIMARY KEY);
