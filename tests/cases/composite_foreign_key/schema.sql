-- A key of several columns stands in Meta, with the columns of the target where they are not its primary key.
CREATE TABLE stores (country char(2), number integer, code text NOT NULL, area text NOT NULL,
    PRIMARY KEY (country, number), UNIQUE (area, code));
CREATE TABLE visits (
    id serial PRIMARY KEY,
    country char(2) NOT NULL,
    store integer NOT NULL,
    area text,
    code text,
    "class" text,
    parent_country char(2),
    FOREIGN KEY (country, store) REFERENCES stores,
    FOREIGN KEY (area, "class") REFERENCES stores (area, code) ON DELETE SET NULL ("class") ON UPDATE CASCADE,
    CONSTRAINT swapped FOREIGN KEY (store, parent_country) REFERENCES stores (number, country)
);
