-- A table without a key gets none, and a comment that says what to do.
CREATE TABLE legacy_log (message text NOT NULL, created_at timestamptz NOT NULL);
CREATE TABLE imports (code text UNIQUE, number serial);
CREATE UNIQUE INDEX ON imports (number);
