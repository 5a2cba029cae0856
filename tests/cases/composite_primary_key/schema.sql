-- Each column of a composite key is marked; Meta says the order where it is not the columns' own.
CREATE TABLE memberships (group_id integer, user_id integer, since date, PRIMARY KEY (group_id, user_id));
CREATE TABLE translations (
    text text NOT NULL,
    language char(2),
    key text,
    CONSTRAINT translations_key PRIMARY KEY (key, language)
);
