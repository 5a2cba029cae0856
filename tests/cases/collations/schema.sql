-- Collations of columns that are not their type's own.
CREATE COLLATION "Odd Collation" (provider = libc, locale = 'C');
CREATE TABLE words (
    id serial PRIMARY KEY,
    plain text NOT NULL,
    c text COLLATE "C" NOT NULL,
    posix varchar(10) COLLATE "POSIX" DEFAULT 'a',
    odd text COLLATE "Odd Collation",
    stated text COLLATE "default"
);
