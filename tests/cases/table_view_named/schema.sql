-- A view can be named with --include-views; tables that are not named stay out.
CREATE TABLE users (id serial PRIMARY KEY, name text NOT NULL);
CREATE VIEW names AS SELECT name FROM users;
CREATE MATERIALIZED VIEW name_stats AS SELECT count(*) FROM users;
CREATE VIEW others AS SELECT id FROM users;
