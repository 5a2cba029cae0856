-- Indexes on expressions keep PostgreSQL's text; the usual names are not written.
CREATE TABLE users (
    id serial PRIMARY KEY,
    email text NOT NULL,
    first text,
    last text,
    payload jsonb NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX ON users (lower(email));
CREATE INDEX ON users (COALESCE(first, last));
CREATE INDEX ON users ((first || ' ' || last));
CREATE INDEX ON users ((payload ->> 'name'));
CREATE INDEX users_by_day ON users (((at AT TIME ZONE 'utc')::date) DESC);
CREATE UNIQUE INDEX ON users (lower(first), last, upper(email) text_pattern_ops);
CREATE INDEX users_c ON users (lower(email) COLLATE "C" text_pattern_ops DESC NULLS LAST) WHERE first IS NOT NULL;
CREATE INDEX users_case ON users ((CASE WHEN first IS NULL THEN 0 ELSE 1 END));
CREATE INDEX users_quoted ON users (replace(email, '"', ''''));
