-- Unlogged tables and storage parameters, of the table and of its TOAST table.
CREATE UNLOGGED TABLE caches (id serial PRIMARY KEY, payload text);
CREATE TABLE logs (id serial PRIMARY KEY, payload text)
    WITH (fillfactor = 70, autovacuum_enabled = false, toast.autovacuum_enabled = false);
CREATE TABLE keys (id integer, PRIMARY KEY (id) WITH (fillfactor = 50));
