-- Column names that are no field names: each field says its column.
CREATE TABLE odd (
    id serial PRIMARY KEY,
    "CamelCase" text, "with spaces" text, " edges " text, "a-b" text, "a.b" text, "it's" text, "say ""so""" text,
    "back\slash" text, "größe" text, "цена" text, "価格" text, "ﬁle" text, "🎉" text, "9lives" text, "2024" text,
    "$" text, "a$b" text, "_private" text, "__mangled" text, "__dunder__" text, "_" text, "__" text, "%s" text, "{x}" text,
    "tab	bed" text, "µ" text, "ª" text, "ı" text, "a b" text
);
CREATE TABLE fan (
    id serial PRIMARY KEY,
    "odd id" integer NOT NULL REFERENCES odd,
    "9lives" integer NOT NULL UNIQUE,
    UNIQUE ("odd id", "9lives")
);
CREATE INDEX ON fan ("odd id", "9lives" DESC) INCLUDE (id) WHERE "odd id" > 0;
