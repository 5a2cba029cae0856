"""A database with every risk that `hyper doctor` knows, some of them under names that want quoting."""

from __future__ import annotations

SCRIPT = """
CREATE SCHEMA sales;

-- Sequences near their end, their columns and who refers to them.
CREATE TABLE events (id serial PRIMARY KEY, name text NOT NULL);
CREATE TABLE event_notes (id bigserial PRIMARY KEY, event_id integer REFERENCES events);
CREATE INDEX ON event_notes (event_id);
SELECT setval('events_id_seq', 2100000000);
CREATE TABLE "Odd ""Ids" (id smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
SELECT setval('"Odd ""Ids_id_seq"', 24000);
CREATE SEQUENCE tickets_numbers AS bigint MAXVALUE 1000;
CREATE TABLE tickets (number integer PRIMARY KEY DEFAULT nextval('tickets_numbers'));
SELECT setval('tickets_numbers', 600);
CREATE TABLE old_serial (id serial PRIMARY KEY);
ALTER SEQUENCE old_serial_id_seq AS bigint;
SELECT setval('old_serial_id_seq', 2000000000);
CREATE SEQUENCE downwards AS smallint INCREMENT -1;
SELECT setval('downwards', -30000);
CREATE SEQUENCE round_and_round AS smallint CYCLE;
SELECT setval('round_and_round', 32767);
CREATE TABLE parted_ids (id serial, day date NOT NULL, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE parted_ids_2024 PARTITION OF parted_ids FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
SELECT setval('parted_ids_id_seq', 1900000000);

-- Keys.
CREATE TABLE customers (id bigserial PRIMARY KEY, email text UNIQUE NOT NULL);
CREATE TABLE narrow (id bigserial PRIMARY KEY, customer_id integer REFERENCES customers, note text);
CREATE INDEX ON narrow (customer_id);
CREATE TABLE log (id integer, at timestamptz);
CREATE TABLE log_with_index (code text NOT NULL, other text);
CREATE UNIQUE INDEX log_codes ON log_with_index (code);
CREATE TABLE log_with_constraint (code text NOT NULL UNIQUE);
CREATE TABLE parents (name text);
CREATE TABLE offspring (more text) INHERITS (parents);
CREATE TABLE parted_log (day date NOT NULL, "What?" text) PARTITION BY LIST ("What?");
CREATE TABLE parted_log_a PARTITION OF parted_log FOR VALUES IN ('a');
CREATE TABLE parted_by_expression (name text) PARTITION BY LIST (lower(name));

-- Foreign keys with no index, over partitions of partitions too.
CREATE TABLE sales.orders (
    id bigserial PRIMARY KEY,
    customer_id bigint REFERENCES customers ON DELETE CASCADE,
    payer_id bigint REFERENCES customers
);
CREATE INDEX ON sales.orders (payer_id) WHERE payer_id IS NOT NULL;
CREATE TABLE sales.lines (order_id bigint REFERENCES sales.orders, number integer, PRIMARY KEY (order_id, number));
CREATE TABLE sales.returns (
    id bigserial PRIMARY KEY, number integer, order_id bigint,
    FOREIGN KEY (order_id, number) REFERENCES sales.lines
);
CREATE INDEX returns_by_number ON sales.returns (number);
CREATE TABLE sales.visits (day date NOT NULL, customer_id bigint REFERENCES customers, PRIMARY KEY (day, customer_id))
    PARTITION BY RANGE (day);
CREATE TABLE sales.visits_2024 PARTITION OF sales.visits FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE sales.visits_2025 PARTITION OF sales.visits FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')
    PARTITION BY RANGE (day);
CREATE TABLE sales."visits 2025-01" PARTITION OF sales.visits_2025
    FOR VALUES FROM ('2025-01-01') TO ('2025-02-01');
CREATE TABLE "visits_2024_customer_id_idx" (id integer PRIMARY KEY);

-- Constraints that were never proven.
CREATE TABLE unproven (id bigserial PRIMARY KEY, customer_id bigint, size integer);
CREATE INDEX ON unproven (customer_id);
ALTER TABLE unproven ADD CONSTRAINT "size > 0" CHECK (size > 0) NOT VALID;
ALTER TABLE unproven ADD FOREIGN KEY (customer_id) REFERENCES customers NOT VALID;

-- Indexes twice.
CREATE TABLE twice (id bigserial PRIMARY KEY, a integer UNIQUE, b text);
ALTER TABLE twice ADD CONSTRAINT again UNIQUE (a);
CREATE INDEX twice_ab ON twice (a, b);
CREATE INDEX twice_b1 ON twice (b);
CREATE INDEX twice_b2 ON twice (b);
CREATE INDEX twice_ba ON twice (b, a);
CREATE INDEX twice_b_pattern ON twice (b text_pattern_ops);
CREATE INDEX twice_b_part ON twice (b) WHERE a > 1;
CREATE UNIQUE INDEX referred ON twice (b, id);
CREATE UNIQUE INDEX referred_too ON twice (b, id);
CREATE TABLE refers (b text, id bigint, PRIMARY KEY (b, id), FOREIGN KEY (b, id) REFERENCES twice (b, id));
CREATE TABLE parted_twice (a integer, day date NOT NULL, PRIMARY KEY (day)) PARTITION BY RANGE (day);
CREATE TABLE parted_twice_1 PARTITION OF parted_twice DEFAULT;
CREATE INDEX parted_twice_a ON parted_twice (a);
CREATE INDEX parted_twice_b ON parted_twice (a);

-- Types that say less than the data.
CREATE TABLE moments (
    id bigserial PRIMARY KEY,
    "Created" timestamp DEFAULT now(),
    changed timestamp(3) NOT NULL DEFAULT timezone('utc', now()),
    CHECK (changed >= "Created")
);
CREATE INDEX ON moments (changed DESC);
INSERT INTO moments SELECT n, timestamp '2024-01-01', timestamp '2024-01-02' FROM generate_series(1, 20) n;
CREATE TABLE seen_moments (id bigserial PRIMARY KEY, at timestamp);
CREATE VIEW moments_seen AS SELECT id, at FROM seen_moments;
CREATE TABLE moments_by_day (id bigserial PRIMARY KEY, at timestamp);
CREATE INDEX moments_per_day ON moments_by_day (date_trunc('day', at));
CREATE TABLE parted_moments (at timestamp NOT NULL, made timestamp, PRIMARY KEY (at)) PARTITION BY RANGE (at);
CREATE TABLE purses (id bigserial PRIMARY KEY, held money DEFAULT 0 NOT NULL);
CREATE TABLE texts (
    id bigserial PRIMARY KEY,
    amount text DEFAULT '0' NOT NULL,
    "Price" varchar(20),
    day text,
    moment varchar,
    checked text CHECK (checked ~ '^[0-9]+$'),
    postcode text,
    words text,
    code text UNIQUE
);
INSERT INTO texts SELECT n, n * 17, n || '.5', date '2024-01-01' + n, (timestamptz '2024-01-01 12:00+00' + n * interval '1h'),
    n, lpad(n::text, 5, '0'), 'word ' || n, n FROM generate_series(1, 300) n;

CREATE TYPE used AS ENUM ('a');
CREATE TYPE used_in_array AS ENUM ('a');
CREATE TYPE used_by_function AS ENUM ('a');
CREATE TYPE "Un""used" AS ENUM ('a', 'b');
CREATE TABLE uses (id bigserial PRIMARY KEY, a used, b used_in_array[]);
CREATE FUNCTION takes(used_by_function) RETURNS integer LANGUAGE sql AS 'SELECT 1';

CREATE TABLE left_alone (id bigserial PRIMARY KEY) WITH (autovacuum_enabled = false);
ANALYZE;
CREATE TABLE sales."new\x1b[2J
table" (id bigserial PRIMARY KEY, name text);
INSERT INTO sales."new\x1b[2J
table" (name) SELECT 'name' FROM generate_series(1, 100);
"""

INVALID = (
    "CREATE TABLE broken (id bigserial PRIMARY KEY, a integer)",
    "INSERT INTO broken (a) VALUES (1), (1)",
    # This one fails and leaves an index behind; the rows are then mended.
    "CREATE UNIQUE INDEX CONCURRENTLY broken_a ON broken (a)",
    "CREATE UNIQUE INDEX CONCURRENTLY broken_a_ccnew ON broken (a)",
    "DELETE FROM broken WHERE id = 2",
    "CREATE TABLE broken_parts (id bigint PRIMARY KEY, a integer) PARTITION BY RANGE (id)",
    "CREATE TABLE broken_part PARTITION OF broken_parts DEFAULT",
    "CREATE INDEX broken_whole ON ONLY broken_parts (a)",
)
"""Statements that run one by one, whether they fail or not."""
