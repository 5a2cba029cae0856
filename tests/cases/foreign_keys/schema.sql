-- A key to a primary key names the class; classes stand behind those that they refer to.
CREATE TABLE users (id serial PRIMARY KEY);
CREATE TABLE orders (
    id serial PRIMARY KEY,
    user_id integer NOT NULL REFERENCES users (id),
    approved_by integer REFERENCES users
);
CREATE TABLE profiles (user_id integer PRIMARY KEY REFERENCES users);
CREATE TABLE badges (id serial PRIMARY KEY, user_id integer NOT NULL UNIQUE REFERENCES users);
