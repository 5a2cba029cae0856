-- `*` reads every schema but the system's own.
CREATE SCHEMA "Odd Name";
CREATE SCHEMA empty_one;
CREATE TABLE public.users (id serial PRIMARY KEY);
CREATE TABLE "Odd Name".orders (id serial PRIMARY KEY, user_id integer NOT NULL REFERENCES public.users);
