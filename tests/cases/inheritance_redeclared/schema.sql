-- A partition or child that states what it also inherits, or refines it: defaults, NOT NULL, checks, indexes.
CREATE TABLE events (id integer, at date NOT NULL, name text DEFAULT 'none', CONSTRAINT named CHECK (name <> ''))
    PARTITION BY RANGE (at);
CREATE INDEX by_name ON events (name);
CREATE TABLE events_2024 (name text, at date NOT NULL, id integer NOT NULL, CONSTRAINT named CHECK (name <> ''),
    CONSTRAINT own CHECK (id > 0));
CREATE INDEX by_name_2024 ON events_2024 (name);
ALTER TABLE events ATTACH PARTITION events_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE users (id integer PRIMARY KEY);
ALTER TABLE events ADD FOREIGN KEY (id) REFERENCES users;
ALTER TABLE events_2024 ADD CONSTRAINT own_to_users FOREIGN KEY (id) REFERENCES users ON DELETE CASCADE;
CREATE TABLE parents (id integer, name text);
CREATE TABLE children (extra text) INHERITS (parents);
ALTER TABLE children ALTER COLUMN id SET NOT NULL, ALTER COLUMN name SET DEFAULT 'x';
ALTER TABLE parents ADD CONSTRAINT positive CHECK (id > 0), ADD CONSTRAINT own_only CHECK (id < 10) NO INHERIT;
ALTER TABLE children ADD PRIMARY KEY (id);
