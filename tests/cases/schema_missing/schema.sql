-- A schema that does not exist is an error that names what there is.
CREATE SCHEMA inventory;
CREATE TABLE inventory.items (id serial PRIMARY KEY);
