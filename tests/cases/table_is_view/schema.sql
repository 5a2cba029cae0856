-- A view that is named without --include-views is an error that says so.
CREATE TABLE users (id serial PRIMARY KEY);
CREATE VIEW names AS SELECT id FROM users;
