-- Materialized views, with their indexes and whether they hold data.
CREATE TABLE products (id serial PRIMARY KEY, price numeric(10,2) NOT NULL, sku text NOT NULL);
CREATE MATERIALIZED VIEW product_stats AS SELECT id, sum(price) AS total FROM products GROUP BY id;
CREATE UNIQUE INDEX ON product_stats (id);
CREATE INDEX product_stats_by_total ON product_stats (total DESC);
CREATE MATERIALIZED VIEW empty_stats WITH (fillfactor = 50) AS SELECT count(*) AS count FROM products WITH NO DATA;
COMMENT ON MATERIALIZED VIEW product_stats IS 'REFRESH hourly';
