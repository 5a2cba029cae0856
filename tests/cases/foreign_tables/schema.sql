-- Foreign tables name their server and options; the server itself, and its user's password, stay where they are.
CREATE EXTENSION file_fdw;
CREATE EXTENSION postgres_fdw;
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
CREATE SERVER "Other Shop" FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'shop.example', dbname 'shop');
CREATE USER MAPPING FOR PUBLIC SERVER "Other Shop" OPTIONS (user 'app', password 'hunter2');
CREATE FOREIGN TABLE rates (day date NOT NULL, rate numeric(10,4) DEFAULT 1.0, note text OPTIONS (force_not_null 'true'))
    SERVER files OPTIONS (filename '/tmp/it''s "rates".csv', format 'csv', header 'true');
CREATE FOREIGN TABLE customers (id integer OPTIONS (column_name 'Customer Id') NOT NULL, name text, CHECK (id > 0))
    SERVER "Other Shop" OPTIONS (schema_name 'public', table_name 'customers');
CREATE FOREIGN TABLE nothing (id integer) SERVER files OPTIONS (filename '/dev/null');
