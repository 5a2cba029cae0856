-- With --minimal only what every reader of a model knows is written; the classes say that they leave the rest unsaid.
CREATE SCHEMA stock;
CREATE TYPE status AS ENUM ('pending', 'done');
CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email varchar(80) COLLATE "C" NOT NULL CONSTRAINT users_email_uq UNIQUE,
    name text,
    score numeric(10,2) NOT NULL DEFAULT 1.5,
    created_at timestamp NOT NULL DEFAULT now(),
    "class" text
);
COMMENT ON TABLE users IS 'Who may log in';
CREATE INDEX ON users (lower(name));
CREATE TABLE orders (
    user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE DEFERRABLE,
    line smallint NOT NULL,
    status status NOT NULL DEFAULT 'pending',
    total numeric(10,2) CHECK (total > 0),
    double_total numeric GENERATED ALWAYS AS (total * 2) STORED,
    PRIMARY KEY (line, user_id)
) PARTITION BY LIST (line);
CREATE TABLE orders_1 PARTITION OF orders FOR VALUES IN (1);
CREATE TABLE stock.items (sku text UNIQUE, order_user bigint, order_line smallint,
    FOREIGN KEY (order_line, order_user) REFERENCES orders (line, user_id));
CREATE VIEW names AS SELECT name FROM users;
