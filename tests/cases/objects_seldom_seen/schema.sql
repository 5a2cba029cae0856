-- Kinds of objects that few databases have are counted as well.
CREATE TABLE accounts (id serial PRIMARY KEY, name text NOT NULL);
CREATE OPERATOR FAMILY own_family USING btree;
CREATE TEXT SEARCH TEMPLATE own_template (LEXIZE = dsimple_lexize, INIT = dsimple_init);
CREATE TEXT SEARCH PARSER own_parser (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH DICTIONARY own_words (TEMPLATE = simple);
CREATE CONVERSION own_conversion FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE ACCESS METHOD own_heap TYPE TABLE HANDLER heap_tableam_handler;
CREATE FOREIGN DATA WRAPPER own_wrapper;
CREATE LANGUAGE own_language HANDLER plpgsql_call_handler;
CREATE TYPE shell;
CREATE FUNCTION window_function() RETURNS bigint LANGUAGE internal WINDOW AS 'window_row_number';
CREATE TRANSFORM FOR text LANGUAGE plpgsql (FROM SQL WITH FUNCTION prsd_lextype(internal));
