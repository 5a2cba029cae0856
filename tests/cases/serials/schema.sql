-- A key of one integer column means the serial of its width; elsewhere auto=True says it.
CREATE TABLE a (id serial PRIMARY KEY);
CREATE TABLE b (id bigserial PRIMARY KEY);
CREATE TABLE c (id smallserial PRIMARY KEY);
CREATE TABLE d (code text PRIMARY KEY, number serial, big bigserial, small smallserial);
CREATE TABLE e (one serial, two integer NOT NULL, PRIMARY KEY (one, two));
CREATE TABLE f (id serial, name text);
CREATE TABLE g (a_id serial PRIMARY KEY REFERENCES a);
CREATE TABLE "Mixed Case" ("Id" serial PRIMARY KEY);
