-- Tables whose class names would be equal: the singular keeps its name, others take the plural, then a number.
CREATE TABLE users (id serial PRIMARY KEY);
CREATE TABLE "user" (id serial PRIMARY KEY);
CREATE TABLE "Users" (id serial PRIMARY KEY);
CREATE TABLE "User" (id serial PRIMARY KEY);
CREATE TABLE order_item (id serial PRIMARY KEY, user_id integer REFERENCES "user");
CREATE TABLE "order-items" (id serial PRIMARY KEY, user_id integer REFERENCES users);
CREATE TABLE "OrderItems" (id serial PRIMARY KEY, user_id integer REFERENCES "Users");
CREATE TABLE "order item" (id serial PRIMARY KEY, user_id integer REFERENCES "User");
CREATE TABLE boxes (id serial PRIMARY KEY);
CREATE TABLE "Boxes" (id serial PRIMARY KEY);
CREATE TABLE boxes2 (id serial PRIMARY KEY);
