-- What is kept as SQL, of every kind, with its settings and comments: `--format sql` builds all of it anew.
CREATE SCHEMA hr;
COMMENT ON SCHEMA hr IS 'people';
-- Types and what belongs to them.
CREATE TYPE point_text;
CREATE FUNCTION read_point(cstring) RETURNS point_text LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION print_point(point_text) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE point_text (INPUT = read_point, OUTPUT = print_point, INTERNALLENGTH = variable, STORAGE = extended, CATEGORY = 'U',
    DEFAULT = 'none', COLLATABLE = true);
COMMENT ON TYPE point_text IS 'a base type';
CREATE TYPE never_made;
CREATE FUNCTION price_distance(numeric, numeric) RETURNS double precision LANGUAGE sql IMMUTABLE AS 'SELECT ($1 - $2)::double precision';
CREATE TYPE price_range AS RANGE (SUBTYPE = numeric, SUBTYPE_DIFF = price_distance, MULTIRANGE_TYPE_NAME = price_ranges);
CREATE TYPE word_range AS RANGE (SUBTYPE = text, SUBTYPE_OPCLASS = text_pattern_ops, COLLATION = "C");
COMMENT ON TYPE price_range IS 'from and to';
CREATE COLLATION plain (PROVIDER = libc, LOCALE = 'C');
CREATE COLLATION parted (PROVIDER = libc, LC_COLLATE = 'C', LC_CTYPE = 'C.UTF-8');
CREATE TYPE hr.address AS (street text COLLATE "C", city varchar(80));
COMMENT ON COLUMN hr.address.street IS 'with the number';
-- Functions, procedures, aggregates.
CREATE FUNCTION add_up(state numeric, next numeric DEFAULT 1, VARIADIC rest numeric[] DEFAULT '{}') RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 7 AS 'SELECT state + next';
COMMENT ON FUNCTION add_up(numeric, numeric, numeric[]) IS 'adds';
CREATE FUNCTION pairs(OUT a integer, OUT b text) RETURNS SETOF record LANGUAGE plpgsql ROWS 3 SECURITY DEFINER
    SET search_path = pg_catalog, hr SET work_mem = '8MB' AS $$ BEGIN RETURN NEXT; END $$;
CREATE PROCEDURE tidy(INOUT count integer) LANGUAGE plpgsql AS 'BEGIN count := 0; END';
COMMENT ON PROCEDURE tidy(integer) IS 'cleans up';
CREATE AGGREGATE total (numeric) (SFUNC = numeric_add, STYPE = numeric, INITCOND = '0', COMBINEFUNC = numeric_add, PARALLEL = safe,
    MSFUNC = numeric_add, MINVFUNC = numeric_sub, MSTYPE = numeric, MINITCOND = '0');
CREATE AGGREGATE counted (*) (SFUNC = int8inc, STYPE = bigint, INITCOND = '0');
CREATE AGGREGATE largest (text) (SFUNC = text_larger, STYPE = text, SORTOP = OPERATOR(pg_catalog.>));
CREATE AGGREGATE hr.middle (double precision ORDER BY anyelement) (SFUNC = ordered_set_transition, STYPE = internal,
    FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA, FINALFUNC_MODIFY = read_write);
COMMENT ON AGGREGATE counted (*) IS 'rows';
CREATE FUNCTION window_function() RETURNS bigint LANGUAGE internal WINDOW AS 'window_row_number';
-- Operators and how indexes use them.
CREATE FUNCTION is_same(hr.address, hr.address) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1.street = $2.street';
CREATE FUNCTION is_other(hr.address, hr.address) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1.street <> $2.street';
CREATE FUNCTION hash_of(hr.address) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT hashtext($1.street)';
CREATE OPERATOR === (LEFTARG = hr.address, RIGHTARG = hr.address, FUNCTION = is_same, COMMUTATOR = ===, NEGATOR = !==, HASHES,
    RESTRICT = eqsel, JOIN = eqjoinsel);
CREATE OPERATOR !== (LEFTARG = hr.address, RIGHTARG = hr.address, FUNCTION = is_other, NEGATOR = ===);
CREATE OPERATOR !!! (RIGHTARG = numeric, FUNCTION = numeric_uminus);
COMMENT ON OPERATOR !!! (NONE, numeric) IS 'minus';
CREATE OPERATOR FAMILY addresses USING hash;
CREATE OPERATOR CLASS address_ops FOR TYPE hr.address USING hash FAMILY addresses AS OPERATOR 1 ===, FUNCTION 1 hash_of(hr.address);
CREATE OPERATOR FAMILY loose_family USING btree;
ALTER OPERATOR FAMILY loose_family USING btree ADD OPERATOR 1 < (integer, bigint), FUNCTION 1 (integer, bigint) btint48cmp(integer, bigint);
COMMENT ON OPERATOR FAMILY loose_family USING btree IS 'holds by itself';
COMMENT ON OPERATOR CLASS address_ops USING hash IS 'by street';
CREATE CAST (text AS hr.address) WITH INOUT;
CREATE CAST (hr.address AS integer) WITH FUNCTION hash_of(hr.address) AS ASSIGNMENT;
COMMENT ON CAST (text AS hr.address) IS 'as written';
CREATE CONVERSION latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
-- Text search.
CREATE TEXT SEARCH PARSER words (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH TEMPLATE plain_template (LEXIZE = dsimple_lexize, INIT = dsimple_init);
CREATE TEXT SEARCH DICTIONARY plain_words (TEMPLATE = plain_template, ACCEPT = 'false');
CREATE TEXT SEARCH CONFIGURATION words (PARSER = words);
ALTER TEXT SEARCH CONFIGURATION words ADD MAPPING FOR asciiword, word WITH plain_words, english_stem;
COMMENT ON TEXT SEARCH CONFIGURATION words IS 'few';
-- What stands in no namespace.
CREATE ACCESS METHOD own_heap TYPE TABLE HANDLER heap_tableam_handler;
COMMENT ON ACCESS METHOD own_heap IS 'a heap';
CREATE LANGUAGE own_language HANDLER plpgsql_call_handler;
CREATE FOREIGN DATA WRAPPER own_wrapper OPTIONS (debug 'true', api_token 'hunter2');
CREATE SERVER shop TYPE 'db' VERSION '1' FOREIGN DATA WRAPPER own_wrapper OPTIONS (host 'shop.example', secret_key 'hunter2');
CREATE USER MAPPING FOR CURRENT_USER SERVER shop OPTIONS (user 'app', password 'hunter2');
CREATE USER MAPPING FOR PUBLIC SERVER shop OPTIONS (password 'hunter2');
COMMENT ON SERVER shop IS 'the other one';
CREATE TRANSFORM FOR text LANGUAGE plpgsql (FROM SQL WITH FUNCTION prsd_lextype(internal));
-- Tables and their settings.
CREATE TABLE accounts (id serial PRIMARY KEY, owner text NOT NULL, balance numeric NOT NULL, payload text, note text,
    kind integer NOT NULL UNIQUE);
ALTER TABLE accounts ALTER COLUMN payload SET STORAGE EXTERNAL, ALTER COLUMN note SET COMPRESSION pglz,
    ALTER COLUMN owner SET STATISTICS 500, ALTER COLUMN balance SET (n_distinct = -0.5, n_distinct_inherited = 100);
CREATE INDEX by_sum ON accounts ((balance + id), owner);
ALTER INDEX by_sum ALTER COLUMN 1 SET STATISTICS 400;
ALTER TABLE accounts CLUSTER ON accounts_pkey;
ALTER TABLE accounts REPLICA IDENTITY USING INDEX accounts_kind_key;
CREATE TABLE copies (id integer) USING own_heap;
ALTER TABLE copies REPLICA IDENTITY FULL;
CREATE TABLE unlogged_changes (id integer);
ALTER TABLE unlogged_changes REPLICA IDENTITY NOTHING;
CREATE TABLE addresses OF hr.address (street NOT NULL);
CREATE TABLE counters (id integer GENERATED ALWAYS AS IDENTITY);
COMMENT ON SEQUENCE counters_id_seq IS 'counts';
CREATE MATERIALIZED VIEW balances USING own_heap AS SELECT owner, sum(balance) AS sum FROM accounts GROUP BY owner;
ALTER MATERIALIZED VIEW balances ALTER COLUMN owner SET STATISTICS 7;
CREATE VIEW owners AS SELECT owner FROM accounts;
CREATE STATISTICS both_columns (dependencies, mcv) ON owner, balance FROM accounts;
ALTER STATISTICS both_columns SET STATISTICS 200;
CREATE STATISTICS hr.of_expression ON (balance * 2), owner FROM accounts;
COMMENT ON STATISTICS both_columns IS 'go together';
-- Triggers, rules, policies.
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER touch BEFORE UPDATE OF balance, note ON accounts FOR EACH ROW WHEN (OLD.balance IS DISTINCT FROM NEW.balance)
    EXECUTE FUNCTION touch('a', 'it''s');
CREATE TRIGGER whole AFTER INSERT ON accounts REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION touch();
CREATE CONSTRAINT TRIGGER later AFTER INSERT ON accounts DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TRIGGER instead INSTEAD OF INSERT ON owners FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE accounts DISABLE TRIGGER touch;
ALTER TABLE accounts ENABLE ALWAYS TRIGGER whole;
ALTER TABLE accounts ENABLE REPLICA TRIGGER later;
COMMENT ON TRIGGER touch ON accounts IS 'off';
CREATE RULE no_delete AS ON DELETE TO accounts DO INSTEAD NOTHING;
CREATE RULE also AS ON UPDATE TO accounts WHERE new.id > 5 DO ALSO (INSERT INTO copies VALUES (1); DELETE FROM copies WHERE id = 2);
ALTER TABLE accounts DISABLE RULE also;
COMMENT ON RULE also ON accounts IS 'two';
CREATE TABLE events (id integer, day date) PARTITION BY RANGE (day);
CREATE TABLE events_2020 PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE events_2021 PARTITION OF events FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
CREATE TRIGGER of_all BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE events_2020 DISABLE TRIGGER of_all;
ALTER TABLE accounts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON accounts USING (owner = CURRENT_USER) WITH CHECK (balance >= 0);
CREATE POLICY readers ON accounts AS RESTRICTIVE FOR SELECT TO pg_monitor, pg_read_all_data USING (id IN (SELECT c.id FROM copies c));
COMMENT ON POLICY own_rows ON accounts IS 'mine';
-- Publications and event triggers.
CREATE PUBLICATION everything FOR ALL TABLES WITH (publish = 'insert, delete');
CREATE PUBLICATION a_few FOR TABLE ONLY accounts (id, owner, kind) WHERE (kind > 10), copies WITH (publish_via_partition_root = true);
CREATE PUBLICATION of_schema FOR TABLES IN SCHEMA hr;
CREATE FUNCTION watched() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no more''; END';
CREATE EVENT TRIGGER watch ON ddl_command_end WHEN TAG IN ('CREATE SEQUENCE', 'DROP SEQUENCE') EXECUTE FUNCTION watched();
CREATE EVENT TRIGGER asleep ON sql_drop EXECUTE FUNCTION watched();
ALTER EVENT TRIGGER asleep DISABLE;
COMMENT ON EVENT TRIGGER watch IS 'looks';
-- Who may do what.
GRANT SELECT, INSERT ON accounts TO pg_monitor WITH GRANT OPTION;
GRANT SELECT ON accounts, owners TO PUBLIC;
GRANT UPDATE (balance, note), SELECT (id) ON accounts TO pg_read_all_data;
GRANT ALL ON SEQUENCE accounts_id_seq TO pg_monitor;
REVOKE DELETE, TRUNCATE ON copies FROM CURRENT_USER;
GRANT USAGE ON SCHEMA hr TO PUBLIC;
REVOKE ALL ON FUNCTION touch() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION touch() TO pg_monitor;
GRANT EXECUTE ON PROCEDURE tidy(integer) TO pg_monitor;
REVOKE ALL ON FUNCTION total(numeric) FROM PUBLIC;
REVOKE USAGE ON TYPE price_range, hr.address FROM PUBLIC;
GRANT USAGE ON FOREIGN SERVER shop TO pg_monitor;
GRANT USAGE ON FOREIGN DATA WRAPPER own_wrapper TO pg_monitor;
REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO pg_monitor;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA hr GRANT USAGE ON SEQUENCES TO PUBLIC;
