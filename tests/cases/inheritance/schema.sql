-- Inheritance: parents are named; every column is written, so that each class is whole.
CREATE TABLE cities (name text NOT NULL, population integer CHECK (population > 0), height integer DEFAULT 5);
CREATE TABLE seas (depth integer NOT NULL);
CREATE TABLE capitals (state char(2) NOT NULL UNIQUE) INHERITS (cities);
CREATE TABLE ports (name text NOT NULL, harbour text, CHECK (harbour <> '')) INHERITS (cities, seas);
ALTER TABLE ports ALTER COLUMN height SET DEFAULT 6;
