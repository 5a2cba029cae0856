-- Two ordinary tables: one class each, a key to the other class, a literal default.
CREATE TABLE users (
    id serial PRIMARY KEY,
    email text NOT NULL UNIQUE,
    name text,
    created_at timestamptz
);
CREATE TABLE orders (
    id serial PRIMARY KEY,
    user_id integer NOT NULL REFERENCES users,
    total numeric NOT NULL,
    status text NOT NULL DEFAULT 'pending',
    created_at timestamptz NOT NULL
);
