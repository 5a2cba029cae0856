-- Comments on everything that models name, with quotes, line breaks and backslashes.
CREATE TABLE notes (
    id serial PRIMARY KEY,
    quotes text NOT NULL,
    lines text NOT NULL,
    triple text NOT NULL,
    backslash text NOT NULL,
    unicode text NOT NULL,
    empty text NOT NULL,
    controls text NOT NULL,
    braces text NOT NULL,
    "class" text NOT NULL
);
COMMENT ON TABLE notes IS E'It''s a "table"\nof notes';
COMMENT ON COLUMN notes.quotes IS 'it''s "quoted"';
COMMENT ON COLUMN notes.lines IS E'first\nsecond\r\nthird\ttabbed\n';
COMMENT ON COLUMN notes.triple IS 'before """ and '''''' behind"""';
COMMENT ON COLUMN notes.backslash IS E'C:\\new\\table\\';
COMMENT ON COLUMN notes.unicode IS U&'gr\00f6\00dfer \5927 \+01f389 \202e reversed \2028 separated \200b nothing';
COMMENT ON COLUMN notes.controls IS E'bell \x07 escape \x1b[31mred delete \x7f';
COMMENT ON COLUMN notes.braces IS '{braces} %s %(name)s $1 {{}}';
COMMENT ON COLUMN notes."class" IS 'a comment that is longer than a line may be, and that no formatter may break: it goes on and on';
COMMENT ON CONSTRAINT notes_pkey ON notes IS 'the key';
COMMENT ON SCHEMA public IS 'everything';
