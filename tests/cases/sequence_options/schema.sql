-- A serial's own sequence with options of its own, or of another width than the column's.
CREATE TABLE a (id serial PRIMARY KEY);
ALTER SEQUENCE a_id_seq START WITH 1000 INCREMENT BY 10 CACHE 50;
CREATE TABLE b (id serial PRIMARY KEY);
ALTER TABLE b ALTER COLUMN id TYPE bigint;
CREATE TABLE c (code text PRIMARY KEY, number bigserial);
ALTER SEQUENCE c_number_seq MAXVALUE 99999 CYCLE MINVALUE 0 START WITH 0;
CREATE TABLE d (id integer PRIMARY KEY);
CREATE SEQUENCE d_id_seq OWNED BY d.id;
ALTER TABLE d ALTER COLUMN id SET DEFAULT nextval('d_id_seq');
CREATE TABLE e (id integer);
CREATE SEQUENCE e_id_seq AS integer OWNED BY e.id;
ALTER TABLE e ALTER COLUMN id SET DEFAULT nextval('e_id_seq');
