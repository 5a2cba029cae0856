-- --database comes before every variable.
CREATE TABLE users (id serial PRIMARY KEY);
