-- Types, functions and sequences of a schema that is not read are named with it.
CREATE SCHEMA lib;
CREATE TYPE lib.mood AS ENUM ('sad', 'ok');
CREATE DOMAIN lib.code AS varchar(10) CHECK (VALUE <> '');
CREATE SEQUENCE lib.numbers;
CREATE FUNCTION lib.next_code() RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ''c''';
CREATE COLLATION lib.plain (provider = libc, locale = 'C');
CREATE TABLE people (
    id bigint PRIMARY KEY DEFAULT nextval('lib.numbers'),
    mood lib.mood NOT NULL DEFAULT 'ok',
    moods lib.mood[] NOT NULL DEFAULT '{}',
    code lib.code NOT NULL DEFAULT lib.next_code(),
    name text COLLATE lib.plain CHECK (name <> lib.next_code()),
    twice text GENERATED ALWAYS AS (name || lib.next_code()) STORED
);
CREATE INDEX ON people ((name || lib.next_code()));
