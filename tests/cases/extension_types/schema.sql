-- Types of extensions are named; what belongs to an extension is left to it.
CREATE EXTENSION citext;
CREATE EXTENSION hstore;
CREATE SCHEMA extensions;
CREATE EXTENSION pg_trgm SCHEMA extensions;
CREATE EXTENSION tablefunc;
CREATE TABLE people (
    id serial PRIMARY KEY,
    email citext NOT NULL UNIQUE,
    nick citext DEFAULT 'none',
    labels hstore NOT NULL DEFAULT '',
    name text NOT NULL,
    nicks citext[]
);
CREATE INDEX by_name ON people USING gin (name extensions.gin_trgm_ops);
CREATE INDEX by_labels ON people USING gin (labels);
