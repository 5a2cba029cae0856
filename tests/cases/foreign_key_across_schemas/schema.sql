-- A key to a table of a schema that is not read names the table itself.
CREATE SCHEMA ref;
CREATE TABLE ref.countries (id serial PRIMARY KEY, code char(2) NOT NULL UNIQUE, area text, number integer,
    UNIQUE (area, number));
CREATE TABLE countries (id serial PRIMARY KEY);
CREATE TABLE cities (
    id serial PRIMARY KEY,
    country_id integer NOT NULL REFERENCES ref.countries,
    country_code char(2) NOT NULL REFERENCES ref.countries (code),
    own_country_id integer NOT NULL REFERENCES countries,
    area text,
    number integer,
    FOREIGN KEY (area, number) REFERENCES ref.countries (area, number) ON DELETE CASCADE
);
