-- Views are not written unless asked for; what was left out is said.
CREATE TABLE users (id serial PRIMARY KEY, name text);
CREATE VIEW user_names AS SELECT name FROM users;
CREATE MATERIALIZED VIEW user_counts AS SELECT count(*) FROM users;
