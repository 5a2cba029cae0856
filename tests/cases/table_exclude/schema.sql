-- --exclude alone: all but these; what was left out is counted in the header, and a name that is no table's is said.
CREATE TABLE users (id serial PRIMARY KEY);
CREATE TABLE orders (id serial PRIMARY KEY, user_id integer NOT NULL REFERENCES users);
CREATE TABLE queue_jobs (id serial PRIMARY KEY);
CREATE TABLE queue_locks (id serial PRIMARY KEY);
