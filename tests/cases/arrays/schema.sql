-- Arrays are text in Python, under format_type's name; dimensions and sizes are nothing to PostgreSQL.
CREATE TABLE samples (
    id serial PRIMARY KEY,
    numbers integer[] NOT NULL,
    grid integer[][] NOT NULL,
    three integer[3] NOT NULL,
    names text[] NOT NULL DEFAULT '{}',
    words text[] DEFAULT ARRAY['a', 'b''c'],
    short varchar(10)[] NOT NULL DEFAULT '{}',
    prices numeric(10,2)[] NOT NULL DEFAULT '{1.50}',
    times timestamptz(3)[] NOT NULL,
    flags boolean[] NOT NULL DEFAULT '{t,f}',
    documents jsonb[] NOT NULL
);
