-- UNIQUE on one column marks the field, whatever else is to be said of it in Meta; on several it stands in Meta.
CREATE TABLE accounts (
    id serial PRIMARY KEY,
    email text NOT NULL UNIQUE,
    login text NOT NULL CONSTRAINT one_login UNIQUE,
    phone text UNIQUE NULLS NOT DISTINCT,
    badge text NOT NULL UNIQUE DEFERRABLE INITIALLY DEFERRED,
    tenant text NOT NULL,
    number integer NOT NULL,
    area text NOT NULL,
    code text NOT NULL,
    UNIQUE (tenant, number),
    CONSTRAINT area_and_code UNIQUE (area, code) INCLUDE (email),
    UNIQUE (code, tenant) WITH (fillfactor = 70)
);
CREATE TABLE twice (
    id integer PRIMARY KEY,
    code text NOT NULL CONSTRAINT code_first UNIQUE,
    email text NOT NULL UNIQUE
);
ALTER TABLE twice ADD CONSTRAINT id_again UNIQUE (id);
ALTER TABLE twice ADD CONSTRAINT code_second UNIQUE (code);
ALTER TABLE twice ADD CONSTRAINT email_again UNIQUE (email) DEFERRABLE;
