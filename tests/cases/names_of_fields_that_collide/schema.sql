-- Columns that would be one field after renaming get a number; a column that keeps its name comes first.
CREATE TABLE collisions (
    id serial PRIMARY KEY,
    "class" text, class_field text, "a b" text, "a-b" text, a_b text, a_b_field text, "a.b" text, "?" text, "!" text,
    "9" text, "_9_field" text, "pk" text, pk_field text, pk_field2 text
);
