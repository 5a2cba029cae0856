-- --table may be repeated; a key to a table that was left out names that table.
CREATE TABLE users (id serial PRIMARY KEY, code text NOT NULL UNIQUE);
CREATE TABLE orders (id serial PRIMARY KEY, user_id integer NOT NULL REFERENCES users);
CREATE TABLE notes (
    id serial PRIMARY KEY,
    order_id integer NOT NULL REFERENCES orders,
    user_code text REFERENCES users (code)
);
