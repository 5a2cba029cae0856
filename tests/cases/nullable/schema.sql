-- A column that may be NULL says so; NOT NULL, a primary key and an identity say nothing.
CREATE TABLE people (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    first_name text NOT NULL,
    middle_name text,
    last_name text NULL,
    age integer CHECK (age IS NOT NULL),
    nick text DEFAULT 'none',
    email text UNIQUE
);
