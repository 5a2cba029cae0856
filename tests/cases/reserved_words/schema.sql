-- Python's key words and `type` get `_field` and column_name; soft key words and built-in names stay.
CREATE TABLE user_sessions (
    id serial PRIMARY KEY,
    "class" text NOT NULL,
    "return" text NOT NULL,
    "type" text NOT NULL,
    "False" text, "None" text, "True" text, "and" text, "as" text, "assert" text, "async" text, "await" text,
    "break" text, "continue" text, "def" text, "del" text, "elif" text, "else" text, "except" text,
    "finally" text, "for" text, "from" text, "global" text, "if" text, "import" text, "in" text, "is" text,
    "lambda" text, "nonlocal" text, "not" text, "or" text, "pass" text, "raise" text, "try" text,
    "while" text, "with" text, "yield" text,
    "match" text, "case" text, "_" text, "print" text, "self" text, "list" text, "property" text,
    "super" text, "hash" text, "format" text
);
CREATE TABLE uses (
    id serial PRIMARY KEY,
    "from" integer NOT NULL REFERENCES user_sessions,
    "to" integer NOT NULL,
    "in" integer NOT NULL,
    UNIQUE ("from", "to"),
    CHECK ("in" > "from")
);
CREATE INDEX ON uses ("in");
CREATE INDEX ON uses ("in", "from" DESC);
