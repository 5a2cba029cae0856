-- Values that try to become code: defaults, comments, view texts, expressions, options.
CREATE TABLE traps (
    id serial PRIMARY KEY,
    a text NOT NULL DEFAULT '"); import os; os.abort()  #',
    b text NOT NULL DEFAULT E'\\"); import os; os.abort()  #',
    c text NOT NULL DEFAULT E'"\n    import os; os.abort()\n    x = "',
    d text NOT NULL DEFAULT '""" + str(1/0) + """',
    e text NOT NULL DEFAULT E'\\',
    f text NOT NULL DEFAULT E'\\''"\\',
    g text NOT NULL DEFAULT E'\r\nimport os; os.abort()\x0c\x0b\x1c\x1d\x1e',
    h text NOT NULL DEFAULT U&'\0085import os; os.abort()\2028\2029',
    i text NOT NULL DEFAULT '\N{LATIN SMALL LETTER A} \x41 \u0041 \101',
    j text NOT NULL DEFAULT upper('"); import os; os.abort()  #'),
    k bytea NOT NULL DEFAULT '"); import os; os.abort()  #',
    l text GENERATED ALWAYS AS ('"); import os; os.abort()  #') STORED,
    m jsonb NOT NULL DEFAULT '{"\"": "''''''"}',
    n text NOT NULL DEFAULT U&'\202e\2066 if admin: \2069',
    o text COLLATE "C" NOT NULL DEFAULT '{0} {name} %s %(x)s ${x}'
);
COMMENT ON TABLE traps IS E'"""\nimport os; os.abort()\n"""';
COMMENT ON COLUMN traps.a IS E'\\"""; import os; os.abort()  # \\';
COMMENT ON COLUMN traps.b IS E'# -*- coding: rot13 -*-\n# type: ignore\n# noqa';
CREATE VIEW one AS SELECT E'"""\nimport os; os.abort()\n"""'::text AS a, '\'::text AS "b", '""'::text AS c;
CREATE VIEW two AS SELECT 1 AS """""""";
CREATE VIEW three AS SELECT E'line\\\n  \t\x0c end \\'::text AS a, U&'\2028\0085\202e'::text AS b;
