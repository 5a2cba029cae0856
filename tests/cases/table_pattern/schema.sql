-- `*` stands for any characters; --exclude takes out again.
CREATE TABLE audit_users (id serial PRIMARY KEY);
CREATE TABLE audit_orders (id serial PRIMARY KEY);
CREATE TABLE audit_users_old (id serial PRIMARY KEY);
CREATE TABLE users (id serial PRIMARY KEY);
