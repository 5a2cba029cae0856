-- Several schemas in one file: keys across them name classes, and equal table names get different classes.
CREATE SCHEMA sales;
CREATE SCHEMA hr;
CREATE TABLE public.users (id serial PRIMARY KEY);
CREATE TABLE sales.users (id serial PRIMARY KEY, person_id integer NOT NULL);
CREATE TABLE hr.users (id serial PRIMARY KEY, account_id integer NOT NULL REFERENCES public.users);
ALTER TABLE sales.users ADD FOREIGN KEY (person_id) REFERENCES hr.users;
