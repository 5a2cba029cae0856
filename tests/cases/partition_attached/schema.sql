-- A partition that was a table before: other column order, and an index and a key with names of their own.
CREATE TABLE events (id integer NOT NULL, at date NOT NULL, name text, PRIMARY KEY (id, at), UNIQUE (name, at)) PARTITION BY RANGE (at);
CREATE INDEX ON events (name);
CREATE TABLE old_events (name text, at date NOT NULL, id integer NOT NULL, CONSTRAINT old_key PRIMARY KEY (id, at));
CREATE INDEX old_names ON old_events (name);
ALTER TABLE events ATTACH PARTITION old_events FOR VALUES FROM ('2000-01-01') TO ('2001-01-01');
