-- Another schema than public: each class says its schema.
CREATE SCHEMA inventory;
CREATE TABLE public.users (id serial PRIMARY KEY);
CREATE TABLE inventory.items (id serial PRIMARY KEY, name text NOT NULL);
CREATE TABLE inventory.stocks (id serial PRIMARY KEY, item_id integer NOT NULL REFERENCES inventory.items);
