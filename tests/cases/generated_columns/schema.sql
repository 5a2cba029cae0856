-- Generated columns keep their expression, and never a default.
CREATE TABLE boxes (
    id serial PRIMARY KEY,
    width numeric NOT NULL,
    height numeric NOT NULL,
    area numeric GENERATED ALWAYS AS (width * height) STORED,
    label text NOT NULL GENERATED ALWAYS AS ('it''s ' || CASE WHEN width > height THEN 'wide' ELSE 'high' END) STORED,
    name text COLLATE "C" NOT NULL DEFAULT 'box',
    code varchar(20) GENERATED ALWAYS AS (upper(name)) STORED UNIQUE
);
CREATE TABLE keyed (id integer GENERATED ALWAYS AS (1 + 1) STORED PRIMARY KEY);
