-- A constraint trigger is a trigger, and no constraint of the model.
CREATE TABLE accounts (id serial PRIMARY KEY, balance numeric NOT NULL CHECK (balance >= 0));
CREATE FUNCTION checked() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE CONSTRAINT TRIGGER balance_is_right AFTER UPDATE ON accounts DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION checked();
