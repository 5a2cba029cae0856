-- DESC, NULLS, operator classes, INCLUDE, collation, predicate, method and storage parameters of indexes.
CREATE TABLE posts (
    id serial PRIMARY KEY,
    title text NOT NULL,
    short varchar(20) NOT NULL,
    tags text[] NOT NULL,
    payload jsonb NOT NULL,
    words tsvector NOT NULL,
    at timestamptz,
    span int4range NOT NULL,
    "class" text NOT NULL
);
CREATE INDEX by_time ON posts (at DESC);
CREATE INDEX by_time_nulls ON posts (at DESC NULLS LAST, id NULLS FIRST);
CREATE INDEX by_prefix ON posts (title text_pattern_ops, short varchar_pattern_ops DESC);
CREATE INDEX by_collation ON posts (title COLLATE "C", "class" COLLATE "POSIX" text_pattern_ops);
CREATE INDEX by_id ON posts (id) INCLUDE (title, "class");
CREATE INDEX by_recent ON posts (at) WHERE at > '2020-01-01 00:00:00+00'::timestamptz AND "class" = 'it''s';
CREATE INDEX ON posts USING gin (tags);
CREATE INDEX ON posts USING gin (payload jsonb_path_ops);
CREATE INDEX ON posts USING gin (words) WITH (fastupdate = off, gin_pending_list_limit = 128);
CREATE INDEX ON posts USING gist (span);
CREATE INDEX by_words ON posts USING gist (words tsvector_ops (siglen = 100));
CREATE INDEX by_fill ON posts (short) WITH (fillfactor = 70, deduplicate_items = off);
CREATE UNIQUE INDEX by_pages ON posts (title) INCLUDE (at) WHERE at IS NOT NULL;
CREATE INDEX by_block ON posts USING brin (at timestamptz_minmax_multi_ops) WITH (pages_per_range = 32);
