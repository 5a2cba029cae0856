-- Lines that are just as long as a line may be, one longer, and wide letters: as ruff lays them out.
CREATE TABLE lengths (
    id serial PRIMARY KEY,
    a text NOT NULL DEFAULT '123456789012345678901234567890123456789012345678901234567890',
    b text NOT NULL DEFAULT '1234567890123456789012345678901234567890123456789012345',
    c text NOT NULL DEFAULT '12345678901234567890123456789012345678901234567890123456',
    d text DEFAULT '123456789012345678901234567890123456789012345',
    e text NOT NULL DEFAULT '漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢',
    f text NOT NULL DEFAULT '漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字',
    g text NOT NULL DEFAULT 'ééééééééééééééééééééééééééééééééééééééééééééééééééééééé',
    h text NOT NULL DEFAULT 'a much longer text that can not stand in any line of eighty-eight columns wherever it begins',
    i text NOT NULL DEFAULT U&'e\0301e\0301e\0301e\0301e\0301e\0301e\0301e\0301e\0301e\0301e\0301e\0301e\0301e\0301e\0301e\0301e\0301e\0301 1234567890123456789012345678901234567',
    UNIQUE (a, b, c, d, e, f, g),
    CONSTRAINT a_check_whose_text_is_long_enough_for_a_line_of_its_own_at_least CHECK (a <> b AND b <> c AND c <> d),
    CONSTRAINT short CHECK (a <> '123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890')
);
COMMENT ON TABLE lengths IS 'a comment that goes into a line of its own, since with its name it is long';
COMMENT ON COLUMN lengths.b IS 'a comment that is too long for any line at all, whatever one does: it stays as long as it is';
