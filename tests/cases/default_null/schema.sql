-- DEFAULT NULL is kept by PostgreSQL only where the type has a length; both forms say what is there.
CREATE TABLE notes (
    id serial PRIMARY KEY,
    plain text DEFAULT NULL,
    short varchar(20) DEFAULT NULL,
    cast_short varchar DEFAULT NULL::varchar,
    other_cast varchar(20) DEFAULT NULL::text,
    letter char(3) DEFAULT NULL,
    amount numeric(10,2) DEFAULT NULL,
    at timestamptz(3) DEFAULT NULL,
    number integer DEFAULT NULL
);
