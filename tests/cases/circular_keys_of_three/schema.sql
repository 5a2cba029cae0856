-- A cycle over three tables, and another over two that depends on it: each stands by itself, in order.
CREATE TABLE a_last (id serial PRIMARY KEY);
CREATE TABLE a_partner (id serial PRIMARY KEY, last_id integer NOT NULL REFERENCES a_last);
ALTER TABLE a_last ADD partner_id integer REFERENCES a_partner;
CREATE TABLE three (id serial PRIMARY KEY);
CREATE TABLE two (id serial PRIMARY KEY, three_id integer NOT NULL REFERENCES three);
CREATE TABLE one (id serial PRIMARY KEY, two_id integer NOT NULL REFERENCES two);
ALTER TABLE three ADD one_id integer REFERENCES one;
ALTER TABLE a_last ADD one_id integer REFERENCES one;
