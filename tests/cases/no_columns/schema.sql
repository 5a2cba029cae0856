-- A table may have no column at all.
CREATE TABLE nothing ();
COMMENT ON TABLE nothing IS 'left behind';
