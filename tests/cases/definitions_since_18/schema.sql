-- What PostgreSQL 18 added, and models can't say: NOT NULL with a name or terms, keys over time, constraints that are not enforced.
CREATE TABLE rooms (id int4range, during daterange, PRIMARY KEY (id, during WITHOUT OVERLAPS));
CREATE TABLE bookings (
    room int4range CONSTRAINT must_have_a_room NOT NULL,
    during daterange,
    seats integer CONSTRAINT any_seats NOT NULL NO INHERIT,
    price integer,
    doubled integer GENERATED ALWAYS AS (price * 2) VIRTUAL,
    CONSTRAINT no_two UNIQUE (room, during WITHOUT OVERLAPS),
    CONSTRAINT in_a_room FOREIGN KEY (room, PERIOD during) REFERENCES rooms (id, PERIOD during),
    CONSTRAINT cheap CHECK (price < 100) NOT ENFORCED
);
COMMENT ON CONSTRAINT must_have_a_room ON bookings IS 'always';
CREATE TABLE guests (id integer PRIMARY KEY, host_id integer, name text, CONSTRAINT to_host FOREIGN KEY (host_id) REFERENCES guests NOT ENFORCED);
ALTER TABLE guests ADD CONSTRAINT named NOT NULL name NOT VALID;
