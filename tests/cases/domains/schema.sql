-- Domains: columns name them; base type, NOT NULL, default, collation, checks and comment stand in the list.
CREATE DOMAIN email AS text CHECK (VALUE ~ '@');
CREATE DOMAIN positive AS numeric(10,2) NOT NULL DEFAULT 1
    CONSTRAINT above_zero CHECK (VALUE > 0) CHECK (VALUE < 1000);
CREATE DOMAIN code AS varchar(10) COLLATE "C";
CREATE DOMAIN work_email AS email CHECK (VALUE ~ 'example\.org$');
CREATE DOMAIN tags AS text[];
CREATE DOMAIN late AS integer;
ALTER DOMAIN late ADD CONSTRAINT late_check CHECK (VALUE > 5) NOT VALID;
COMMENT ON DOMAIN email IS 'where mail goes';
COMMENT ON CONSTRAINT above_zero ON DOMAIN positive IS 'no gifts';
CREATE TABLE people (
    id serial PRIMARY KEY,
    email email NOT NULL UNIQUE,
    work work_email,
    price positive,
    other_price positive DEFAULT 5,
    code code NOT NULL DEFAULT 'none',
    tags tags,
    emails email[],
    late late
);
