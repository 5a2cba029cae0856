-- Several keys to one table are fields of their own.
CREATE TABLE accounts (id serial PRIMARY KEY);
CREATE TABLE transfers (
    id serial PRIMARY KEY,
    from_account_id integer NOT NULL REFERENCES accounts,
    to_account_id integer NOT NULL REFERENCES accounts,
    fee_account_id integer REFERENCES accounts ON DELETE SET NULL
);
