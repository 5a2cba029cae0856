-- EXCLUDE constraints, whole.
CREATE TABLE bookings (
    id serial PRIMARY KEY,
    room int4range NOT NULL,
    period tstzrange NOT NULL,
    cancelled boolean NOT NULL DEFAULT false,
    EXCLUDE USING gist (room WITH =, period WITH &&),
    CONSTRAINT no_overlap EXCLUDE USING gist (period WITH &&) WHERE (NOT cancelled) DEFERRABLE INITIALLY DEFERRED,
    EXCLUDE USING btree ((lower(period)) WITH =)
);
COMMENT ON CONSTRAINT no_overlap ON bookings IS 'one at a time';
