-- Plain indexes: index=True where the name is the usual one, else in Meta.
CREATE TABLE posts (
    id serial PRIMARY KEY,
    author text NOT NULL,
    title text NOT NULL,
    slug text NOT NULL,
    at timestamptz NOT NULL,
    score integer NOT NULL
);
CREATE INDEX ON posts (author);
CREATE INDEX posts_by_title ON posts (title);
CREATE INDEX ON posts (author, title);
CREATE INDEX ON posts (slug);
CREATE INDEX ON posts (slug);
CREATE INDEX posts_at_idx ON posts USING brin (at);
CREATE INDEX ON posts USING hash (score);
COMMENT ON INDEX posts_author_idx IS 'for the author''s page';
