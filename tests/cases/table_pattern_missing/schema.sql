-- A pattern that no table matches is an error, as a name is.
CREATE TABLE users (id serial PRIMARY KEY);
