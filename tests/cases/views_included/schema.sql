-- Views with --include-views: behind all tables, unmanaged, with their SQL.
CREATE TABLE users (id serial PRIMARY KEY, name text, active boolean NOT NULL DEFAULT true);
CREATE VIEW user_names AS SELECT name FROM users;
CREATE VIEW active_users WITH (security_barrier) AS
    SELECT u.id, u.name, upper(u.name) AS "upper name", 'it''s "so"'::text AS quoted FROM users u WHERE u.active
    WITH LOCAL CHECK OPTION;
CREATE VIEW aa_depends AS SELECT id FROM active_users;
CREATE VIEW users_all AS SELECT * FROM users;
ALTER VIEW users_all ALTER COLUMN name SET DEFAULT 'nobody';
COMMENT ON VIEW user_names IS 'names only';
COMMENT ON COLUMN user_names.name IS 'the name';
CREATE VIEW one AS SELECT 1 AS one;
