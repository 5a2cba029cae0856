-- Every type of the documented table, under each of its names: db_type is written where the type is not the canonical one.
CREATE TABLE integers (
    a int2 NOT NULL, b smallint NOT NULL,
    c int4 NOT NULL, d integer NOT NULL, e serial,
    f int8 NOT NULL, g bigint NOT NULL, h bigserial
);
CREATE TABLE numbers (
    a float4 NOT NULL, b real NOT NULL,
    c float8 NOT NULL, d double precision NOT NULL, e float(20) NOT NULL,
    f numeric NOT NULL, g decimal NOT NULL, h money NOT NULL, i numeric(10,2) NOT NULL, j numeric(5) NOT NULL
);
CREATE TABLE truths (a bool NOT NULL, b boolean NOT NULL);
CREATE TABLE texts (
    a text NOT NULL, b varchar NOT NULL, c varchar(80) NOT NULL, d char NOT NULL, e char(3) NOT NULL,
    f bpchar NOT NULL, g name NOT NULL
);
CREATE TABLE texts_of_other_types (
    a uuid NOT NULL, b json NOT NULL, c jsonb NOT NULL, d xml NOT NULL,
    e inet NOT NULL, f cidr NOT NULL, g macaddr NOT NULL
);
CREATE TABLE moments (
    a timestamptz NOT NULL, b timestamp NOT NULL, c timestamptz(3) NOT NULL, d timestamp(0) NOT NULL,
    e date NOT NULL, f time NOT NULL, g timetz NOT NULL, h time(3) NOT NULL, i timetz(6) NOT NULL,
    j interval NOT NULL, k interval day to second(3) NOT NULL, l interval(2) NOT NULL
);
CREATE TABLE binaries (a bytea NOT NULL);
