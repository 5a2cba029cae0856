-- A unique index without a constraint is an index: it marks no field, least of all where it is partial.
CREATE TABLE users (
    id serial PRIMARY KEY,
    email text NOT NULL,
    login text NOT NULL,
    slug text NOT NULL,
    deleted_at timestamptz
);
CREATE UNIQUE INDEX ON users (login);
CREATE UNIQUE INDEX users_slug_key ON users (slug);
CREATE UNIQUE INDEX users_email_active ON users (email) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX ON users (lower(email));
CREATE UNIQUE INDEX users_one_deleted ON users ((deleted_at IS NULL)) NULLS NOT DISTINCT;
