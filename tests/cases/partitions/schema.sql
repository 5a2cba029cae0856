-- Partitioned tables: parent, partitions, a default one, partitions of partitions; what is inherited is the parent's to say.
CREATE TABLE users (id serial PRIMARY KEY);
CREATE TABLE measurements (
    id bigint GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL,
    region text NOT NULL DEFAULT 'eu',
    value integer CHECK (value > 0),
    user_id integer REFERENCES users,
    PRIMARY KEY (id, at, region)
) PARTITION BY RANGE (at);
CREATE INDEX ON measurements (region);
CREATE INDEX by_value ON measurements (value DESC);
CREATE TABLE measurements_2024 PARTITION OF measurements FOR VALUES FROM ('2024-01-01 00:00:00+00') TO ('2025-01-01 00:00:00+00');
CREATE TABLE measurements_2025 PARTITION OF measurements FOR VALUES FROM ('2025-01-01 00:00:00+00') TO (MAXVALUE)
    PARTITION BY LIST (region);
CREATE TABLE measurements_2025_eu PARTITION OF measurements_2025 FOR VALUES IN ('eu', 'it''s', NULL);
CREATE TABLE measurements_2025_rest PARTITION OF measurements_2025 DEFAULT;
CREATE TABLE measurements_rest PARTITION OF measurements DEFAULT;
ALTER TABLE measurements_2024 ALTER COLUMN region SET DEFAULT 'us';
ALTER TABLE measurements_2024 ADD CHECK (value < 1000);
CREATE INDEX ON measurements_2024 (user_id);
CREATE TABLE buckets (id integer PRIMARY KEY, name text COLLATE "C") PARTITION BY HASH (id);
CREATE TABLE buckets_0 PARTITION OF buckets FOR VALUES WITH (MODULUS 2, REMAINDER 0) WITH (fillfactor = 70);
CREATE TABLE buckets_1 PARTITION OF buckets FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE computed (code text, at date) PARTITION BY RANGE (lower(code) COLLATE "C" text_pattern_ops, (at + 1));
