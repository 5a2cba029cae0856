-- CHECK constraints: expression, name where it is not the usual one, NOT VALID, NO INHERIT, comment.
CREATE TABLE products (
    id serial PRIMARY KEY,
    price numeric(10,2) NOT NULL CHECK (price > 0),
    discounted numeric(10,2) CHECK (discounted > 0) CHECK (discounted < 1000),
    name text NOT NULL CONSTRAINT named CHECK (length(name) > 2 AND name <> 'it''s "so"'),
    code text CHECK (code ~ '^[A-Z]\d+\\$'),
    kind text CHECK (kind IN ('a', 'b')),
    CHECK (discounted < price),
    CONSTRAINT own_only CHECK (price < 1000000) NO INHERIT,
    CONSTRAINT always CHECK (true)
);
ALTER TABLE products ADD CONSTRAINT later CHECK (price <> 13) NOT VALID;
COMMENT ON CONSTRAINT named ON products IS 'names are longer';
