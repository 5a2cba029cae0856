-- A file of some tables: parents that are not in it are named, and only the types and sequences in use are listed.
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE other_mood AS ENUM ('good');
CREATE DOMAIN code AS text;
CREATE DOMAIN happy AS mood DEFAULT 'ok';
CREATE TYPE pair AS (a code, b integer);
CREATE SEQUENCE numbers;
CREATE SEQUENCE other_numbers;
CREATE TABLE users (country text, number integer, PRIMARY KEY (country, number));
CREATE TABLE events (id integer NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE parents (id integer);
CREATE TABLE children (
    mood happy,
    pairs pair[],
    number bigint NOT NULL DEFAULT nextval('numbers'),
    country text,
    user_number integer,
    FOREIGN KEY (country, user_number) REFERENCES users
) INHERITS (parents);
CREATE TABLE left_out (mood other_mood, number bigint DEFAULT nextval('other_numbers'));
