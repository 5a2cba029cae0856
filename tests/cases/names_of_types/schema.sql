-- Columns named like the types of their class keep their names; the annotations use an import alias.
CREATE TABLE days (
    id serial PRIMARY KEY,
    date date NOT NULL,
    other_date date,
    time time NOT NULL,
    other_time time,
    datetime timestamptz NOT NULL,
    other_datetime timestamptz
);
CREATE TABLE builtins (
    id serial PRIMARY KEY,
    int integer NOT NULL,
    str text NOT NULL,
    float double precision NOT NULL,
    bool boolean NOT NULL,
    bytes bytea NOT NULL,
    other_int integer NOT NULL,
    other_str text NOT NULL,
    other_float double precision NOT NULL,
    other_bool boolean NOT NULL,
    other_bytes bytea NOT NULL
);
CREATE TABLE decimals (
    id serial PRIMARY KEY,
    "Decimal" numeric NOT NULL DEFAULT 0,
    other numeric(10,2) NOT NULL DEFAULT 1.50
);
CREATE TABLE aliases (id serial PRIMARY KEY, date date NOT NULL, date_ date, "date__" date);
CREATE TABLE swapped (id serial PRIMARY KEY, str integer NOT NULL, int text NOT NULL);
CREATE TABLE plain (id serial PRIMARY KEY, day date NOT NULL, name text NOT NULL);
