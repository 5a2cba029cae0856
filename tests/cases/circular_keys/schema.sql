-- Two tables that refer to each other stand together by name with string references; the rest stays topological.
CREATE TABLE employees (id serial PRIMARY KEY, zone_id integer NOT NULL);
CREATE TABLE departments (id serial PRIMARY KEY, manager_id integer REFERENCES employees);
ALTER TABLE employees ADD COLUMN department_id integer NOT NULL REFERENCES departments;
CREATE TABLE zones (id serial PRIMARY KEY);
ALTER TABLE employees ADD FOREIGN KEY (zone_id) REFERENCES zones;
CREATE TABLE absences (id serial PRIMARY KEY, employee_id integer NOT NULL REFERENCES employees);
