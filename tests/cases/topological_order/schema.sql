-- What is referred to comes first, ties by name: zones, areas, then what needs them, whatever the alphabet says.
CREATE TABLE zones (id integer PRIMARY KEY DEFAULT 0);
CREATE TABLE areas (id serial PRIMARY KEY);
CREATE TABLE cities (id serial PRIMARY KEY, zone_id integer NOT NULL REFERENCES zones);
CREATE TABLE addresses (id serial PRIMARY KEY, city_id integer NOT NULL REFERENCES cities);
CREATE TABLE buildings (
    id serial PRIMARY KEY,
    address_id integer NOT NULL REFERENCES addresses,
    area_id integer NOT NULL REFERENCES areas
);
CREATE TABLE annexes (building_id integer PRIMARY KEY REFERENCES buildings);
