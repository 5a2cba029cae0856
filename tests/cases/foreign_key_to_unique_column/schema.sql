-- A key to a unique column that is no primary key names class and field.
CREATE TABLE countries (id serial PRIMARY KEY, code char(2) NOT NULL UNIQUE, "class" text NOT NULL);
CREATE UNIQUE INDEX countries_class ON countries ("class");
CREATE TABLE cities (
    id serial PRIMARY KEY,
    country_code char(2) NOT NULL REFERENCES countries (code) ON UPDATE CASCADE,
    kind text REFERENCES countries ("class")
);
CREATE TABLE keyless (code text UNIQUE);
CREATE TABLE keyless_users (code text REFERENCES keyless (code));
