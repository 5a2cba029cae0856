-- An integer key that nothing fills says auto=False.
CREATE TABLE a (id integer PRIMARY KEY);
CREATE TABLE b (id bigint PRIMARY KEY);
CREATE TABLE c (id smallint PRIMARY KEY DEFAULT 5);
CREATE TABLE d (id bigint PRIMARY KEY DEFAULT (extract(epoch from now()))::bigint);
CREATE TABLE e (id numeric PRIMARY KEY);
CREATE TABLE f (a_id integer PRIMARY KEY REFERENCES a);
