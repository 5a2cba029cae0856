-- With -v, what models can't say is listed by name on standard error.
CREATE TABLE accounts (id serial PRIMARY KEY);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER "Odd Trigger" BEFORE UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION touch();
CREATE POLICY own_rows ON accounts USING (true);
GRANT SELECT ON accounts TO PUBLIC;
