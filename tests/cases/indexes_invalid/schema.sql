-- An index that a build left invalid says so: one of a partitioned table that its partitions do not have yet.
CREATE TABLE events (id integer NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE INDEX events_by_id ON ONLY events (id);
CREATE INDEX ON ONLY events (at);
