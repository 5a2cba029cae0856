"""`hyper inspectdb --update`: the file says what the database says, and all that people wrote into it is still there."""

from __future__ import annotations

import os
import random
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import ROOT, TOOLS, Cluster, Hyper
from models_file import check_layout
from project import Project
from test_compare import FREE_COLUMNS
from test_formats import chosen
from test_laws import EVERYTHING, load, name_of

SHOP = (ROOT / "examples" / "legacy_shop" / "schema.sql").read_text()

TABLES = """
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE TABLE countries (code character(2) PRIMARY KEY, name text NOT NULL);
CREATE TABLE users (
    id serial PRIMARY KEY, email character varying(120) NOT NULL UNIQUE, age integer CHECK (age > 0),
    country text, mood mood, balance numeric(10,2) DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE INDEX ON users (lower(email));
CREATE TABLE zz_old (id integer PRIMARY KEY);
"""

# A file as it is after people have worked on it: nothing of this may be lost.
BY_HAND = '''"""What the shop knows of its customers. (c) 1999, don't touch."""

from __future__ import annotations

import re
from datetime import datetime as moment  # a name of our own
from decimal import Decimal
from hyperdjango.models import (
    Check,  # for the age
    EnumType,
    Field,
    Index,
    IndexExpression,
    Model,
)

ADULT = 18  # years


def plain(text: str) -> str:
    return re.sub(r"\\W", "", text)


class Person(Model):
    """Somebody who may log in."""

    # who it is
    mail: str = Field(column_name='email', unique=True, db_type="character varying(120)")  # was: login
    id: int = Field(primary_key=True)

    balance: Decimal = Field(
        # cents matter
        default=Decimal(0),
        db_type="numeric(10,2)",  # EUR
    )
    age: int = Field(nullable = True)
    country: str|None = Field()
    mood: str = Field(nullable=True, db_type="public.mood")
    created: moment = Field(column_name="created_at", db_default="now()")
    nickname = "-"

    @property
    def is_adult(self) -> bool:
        """Old enough."""
        return self.age is not None and self.age >= ADULT

    class Meta:
        # the old name
        table_name = "users"
        managed = False
        constraints = [
            # nobody is younger
            Check("age > 0"),
        ]
        indexes = (Index(IndexExpression("lower((email)::text)")),)


class Nation(Model):
    code: str = Field(primary_key=True, db_type="character(2)")
    name: str = Field()

    class Meta:
        managed = False
        table_name = "countries"


class Old(Model):
    id: int = Field(primary_key=True, auto=False)

    class Meta:
        table_name = "zz_old"
        managed = False


types = [EnumType("public", "mood", ["sad", "glad"])]  # in this order
print_nothing = None
'''


@pytest.fixture
def project(cluster: Cluster, hyper: Hyper, tmp_path: Path) -> Iterator[Project]:
    with cluster.database(TABLES) as name:
        yield Project(cluster, hyper, tmp_path, name)


def text_of(project: Project) -> str:
    return (project.folder / "models.py").read_bytes().decode()


def brought_up_to_date(project: Project, *arguments: str) -> str:
    """The text after an update, which --check has nothing to say of and a second update does not touch."""
    project.run("inspectdb", "--update", "models.py", *arguments).check()
    text = text_of(project)
    result = project.run("inspectdb", "--check", "models.py", *arguments)
    assert (result.exit_code, result.stdout) == (0, ""), text
    again = project.run("inspectdb", "--update", "models.py", *arguments).check()
    assert again.stderr == "models.py is up to date.\n"
    assert text_of(project) == text
    return text


@pytest.mark.parametrize("path", chosen(), ids=name_of)
@pytest.mark.parametrize("form", ["", "--rich-types", "--minimal"])
def test_every_form_says_what_the_database_says_and_nothing_is_updated(
    path: Path, form: str, cluster: Cluster, hyper: Hyper, tmp_path: Path
) -> None:
    models = tmp_path / "models.py"
    with cluster.database() as name:
        load(cluster, name, path, False)
        database = ("inspectdb", "--database", cluster.url(name), *EVERYTHING)
        hyper(*database, *form.split(), "--output", models).check()
        before = models.read_bytes()
        checked = hyper(*database, "--check", models)
        assert (checked.exit_code, checked.stdout) == (0, ""), checked
        hyper(*database, "--update", models).check()
        assert models.read_bytes() == before


# A column comes to every table, and the last goes from every other; what can't be done is passed over.
EVERYWHERE = """
DO $$ DECLARE found record; BEGIN
FOR found IN
    SELECT c.oid::regclass AS place, row_number() OVER (ORDER BY c.oid) AS number,
        (SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
         ORDER BY attnum DESC LIMIT 1) AS last
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname !~ '^(pg_|information_schema$)'
LOOP
    BEGIN
        IF found.number % 2 = 0 THEN
            EXECUTE format('ALTER TABLE %s DROP COLUMN %s CASCADE', found.place, found.last);
        END IF;
    EXCEPTION WHEN others THEN NULL; END;
    BEGIN
        EXECUTE format('ALTER TABLE %s ADD COLUMN "zz New" uuid DEFAULT gen_random_uuid() UNIQUE', found.place);
        EXECUTE format('COMMENT ON TABLE %s IS %L', found.place, 'It''s "new" now: ' || found.number);
        EXECUTE format('CREATE INDEX ON %s (("zz New"::text), "zz New")', found.place);
    EXCEPTION WHEN others THEN NULL; END;
END LOOP; END $$
"""


@pytest.mark.parametrize("path", chosen(), ids=name_of)
@pytest.mark.parametrize("form", ["", "--rich-types"])
def test_changes_everywhere_come_into_every_file(
    path: Path, form: str, cluster: Cluster, hyper: Hyper, tmp_path: Path
) -> None:
    models = tmp_path / "models.py"
    with cluster.database() as name:
        load(cluster, name, path, False)
        database = ("inspectdb", "--database", cluster.url(name), *EVERYTHING)
        hyper(*database, *form.split(), "--output", models).check()
        cluster.run_sql(name, EVERYWHERE)
        result = hyper(*database, "--update", models)
        assert result.exit_code == 0, result.stderr
        checked = hyper(*database, "--check", models)
        assert (checked.exit_code, checked.stdout) == (0, ""), checked
        text = models.read_text(encoding="utf-8")
        check_layout(text)
        fresh = hyper(*database, *form.split()).check().stdout

    def lines(text: str) -> list[str]:
        # What is not in models at all is counted on top.
        return sorted(line for line in text.splitlines() if line[:2] != "# ")

    assert lines(text) == lines(fresh)


def test_a_file_by_hand_stays_as_it_is(project: Project) -> None:
    (project.folder / "models.py").write_text(BY_HAND, encoding="utf-8")
    assert brought_up_to_date(project) == BY_HAND


CHANGES = """
ALTER TABLE users ALTER email TYPE character varying(200), ALTER age TYPE bigint, ALTER age SET NOT NULL,
    ALTER balance DROP DEFAULT, ALTER balance TYPE numeric(12,2), ALTER country SET NOT NULL, DROP mood,
    ADD born date, ADD nation character(2) REFERENCES countries ON DELETE SET NULL, ADD CHECK (balance >= 0);
CREATE UNIQUE INDEX users_born ON users (born) WHERE age > 3;
COMMENT ON TABLE users IS 'It''s new.';
ALTER TYPE mood ADD VALUE 'so so' BEFORE 'glad';
CREATE DOMAIN code AS text;
DROP TABLE zz_old;
CREATE TABLE orders (id bigserial PRIMARY KEY, user_id integer NOT NULL REFERENCES users, paid boolean, at date);
"""


def test_changes_come_in_and_nothing_else_changes(project: Project) -> None:
    (project.folder / "models.py").write_text(BY_HAND, encoding="utf-8")
    project.sql(CHANGES)
    shown = project.run("inspectdb", "--update", "models.py", "--dry-run").check()
    assert text_of(project) == BY_HAND
    text = brought_up_to_date(project)
    # What --dry-run shows is what is done.
    removed = [
        line[1:]
        for line in shown.stdout.splitlines()
        if line[:2] != "--" and line[:1] == "-"
    ]
    added = [
        line[1:]
        for line in shown.stdout.splitlines()
        if line[:2] != "++" and line[:1] == "+"
    ]
    before, after = BY_HAND.splitlines(), text.splitlines()
    assert sorted(set(before) - set(after)) == sorted(set(removed) - set(after))
    assert sorted(set(after) - set(before)) == sorted(set(added) - set(before))
    check_file(text)


def check_file(text: str) -> None:
    """Hold a text against the file that was recorded of it (UPDATE_SNAPSHOTS=1 records)."""
    path = Path(__file__).parent / "snapshots" / "update_by_hand.txt"
    if os.environ.get("UPDATE_SNAPSHOTS") == "1":
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


# What may be done to any column that nothing depends on, and to its table.
EDITS = (
    "ALTER TABLE {table} ADD {other} text",
    "ALTER TABLE {table} ADD {other} numeric(7,2)[] DEFAULT '{{1}}' NOT NULL",
    "ALTER TABLE {table} ADD {other} uuid DEFAULT gen_random_uuid(), ADD {other}2 date",
    "ALTER TABLE {table} DROP COLUMN {quoted}",
    "ALTER TABLE {table} ALTER COLUMN {quoted} DROP DEFAULT, ALTER COLUMN {quoted} TYPE uuid USING NULL",
    "ALTER TABLE {table} ALTER COLUMN {quoted} DROP DEFAULT, ALTER COLUMN {quoted} TYPE bigint USING NULL",
    "ALTER TABLE {table} ALTER COLUMN {quoted} TYPE character varying(77) USING NULL",
    "ALTER TABLE {table} ALTER COLUMN {quoted} {nullability} NOT NULL",
    "ALTER TABLE {table} ALTER COLUMN {quoted} SET DEFAULT '7'",
    "ALTER TABLE {table} ALTER COLUMN {quoted} DROP DEFAULT",
    "ALTER TABLE {table} ADD UNIQUE ({quoted})",
    "ALTER TABLE {table} ADD CONSTRAINT zz_{number} UNIQUE ({quoted}) DEFERRABLE",
    "CREATE INDEX ON {table} ({quoted})",
    "CREATE INDEX zz_{number} ON {table} ({quoted} DESC) WHERE {quoted} IS NOT NULL",
    "ALTER TABLE {table} ADD CONSTRAINT zz_{number} CHECK ({quoted} IS NOT NULL)",
    "COMMENT ON COLUMN {table}.{quoted} IS 'It''s \"new\".'",
    "COMMENT ON TABLE {table} IS 'It''s new.'",
    "CREATE TABLE zz_{number} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, day date, kind zz_kind NOT NULL)",
    "CREATE SEQUENCE zz_{number}; CREATE TYPE zz_{number}_kind AS ENUM ('a', 'b')",
    "ALTER TYPE zz_kind ADD VALUE 'later {number}' BEFORE 'last'",
    "ALTER TABLE {table} ADD {other} zz_kind[]",
    "ALTER TABLE {table} ADD {other} integer REFERENCES zz_kinds ON DELETE CASCADE",
)


def worked_on(text: str, chance: random.Random) -> tuple[str, list[str]]:
    """A models file after people have worked on it, and the lines that they have put in."""
    lines: list[str] = []
    written: list[str] = []
    renamed: dict[str, str] = {}
    for line in text.splitlines():
        found = re.match(r"class (\w+)\(Model\):", line)
        if found and chance.random() < 0.3:
            renamed[found[1]] = f"My{found[1]}"
        field = re.match(r"    (\w+): .* = Field\(.*\)$", line)
        if field and chance.random() < 0.3:
            lines.append(line + f"  # note {len(lines)}")
            continue
        if field and chance.random() < 0.2:
            lines.append(f"    # above {len(lines)}")
            written.append(lines[-1])
        if line == "    class Meta:" and chance.random() < 0.5:
            extra = [
                "    @property",
                f"    def extra_{len(lines)}(self) -> str:",
                f'        return f"{{self!r}} {len(lines)}"',
                "",
            ]
            lines += extra
            written += extra[:3]
        lines.append(line)
        if line.startswith("        managed = ") and chance.random() < 0.3:
            lines.append(f"        # inside {len(lines)}")
            written.append(lines[-1])
    text = "\n".join(lines) + "\n"
    for old, new in renamed.items():
        text = re.sub(rf'(?<![\w.]){old}(?=\(Model\):|"|\.)', new, text)
    return text, written


def formatted(text: str) -> str:
    """The text as ruff lays it out."""
    return subprocess.run(
        [TOOLS / "ruff", "format", "--isolated", "--no-cache", "-"],
        input=text,
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout


@pytest.mark.parametrize("form", ["", "--rich-types", "--minimal"])
@pytest.mark.parametrize("seed", range(int(os.environ.get("HYPER_SEEDS", "5"))))
def test_random_edits_come_in_and_hand_edits_stay(
    seed: int, form: str, project: Project
) -> None:
    project.sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    project.sql(SHOP)
    project.sql(
        "CREATE TYPE zz_kind AS ENUM ('first', 'last'); CREATE TABLE zz_kinds (id serial PRIMARY KEY, kind zz_kind)"
    )
    project.run("inspectdb", *form.split(), "--output", "models.py").check()
    chance = random.Random(seed)
    whole, written = worked_on(text_of(project), chance)
    whole = formatted(whole)
    (project.folder / "models.py").write_text(whole, encoding="utf-8")
    assert project.run("inspectdb", "--check", "models.py").check().stdout == ""
    free = chance.sample(project.sql(FREE_COLUMNS), 16)
    for number, (table, quoted, is_not_null, _) in enumerate(free):
        statement = chance.choice(EDITS).format(
            table=table,
            quoted=quoted,
            other=f"zz_{number}",
            number=number,
            nullability="DROP" if is_not_null else "SET",
        )
        project.sql(statement)
    text = brought_up_to_date(project)
    lines = text.splitlines()
    for line in written:
        assert line in lines, line
    classes = re.findall(r"^class My\w+\(Model\):", whole, re.MULTILINE)
    assert [line for line in classes if line not in lines] == []
    # What ruff had nothing to say of is still so.
    assert formatted(text) == text


def test_an_untouched_file_becomes_what_would_be_written(project: Project) -> None:
    for form in ("", "--rich-types", "--minimal"):
        project.run(
            "inspectdb", *form.split(), "--output", "models.py", "--force"
        ).check()
        project.sql(
            f"ALTER TABLE users ADD later{len(form)} uuid; CREATE TABLE later{len(form)} (day date, days daterange);"
            f"ALTER TABLE countries ADD population{len(form)} bigint DEFAULT 5 NOT NULL"
        )
        text = brought_up_to_date(project)
        fresh = project.run("inspectdb", *form.split()).check().stdout
        assert sorted(text.splitlines()) == sorted(fresh.splitlines())
        check_layout(text)


@pytest.mark.parametrize("form", [(), ("--rich-types",)], ids=["canonical", "rich"])
def test_a_package_is_brought_up_to_date(
    project: Project, form: tuple[str, ...]
) -> None:
    project.sql(
        "CREATE SCHEMA sales; CREATE TABLE sales.orders (id serial PRIMARY KEY, user_id integer REFERENCES users)"
    )
    everything = ("--schema", "*")
    project.run("inspectdb", *everything, *form, "--output", "models/").check()
    project.sql(
        """
        CREATE SCHEMA "New Ones"; CREATE TABLE "New Ones".things (id integer PRIMARY KEY, kinds mood[] NOT NULL);
        CREATE TYPE "New Ones".kind AS ENUM ('a'); ALTER TABLE users ADD kind "New Ones".kind;
        ALTER TABLE sales.orders ADD paid date; CREATE TABLE sales.lines (id integer PRIMARY KEY, price numeric);
        DROP TABLE zz_old; CREATE DOMAIN code AS text; CREATE TABLE more (id integer PRIMARY KEY REFERENCES sales.orders)
        """
    )
    project.run("inspectdb", *everything, "--update", "models/").check()
    checked = project.run("inspectdb", *everything, "--check", "models/")
    assert (checked.exit_code, checked.stdout) == (0, "")
    # It is what would be written, but for the schemas that the first lines name.
    for path in sorted((project.folder / "models").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        check_layout(text)
        fresh_one = ("--output", "fresh/", "--force")
        project.run("inspectdb", *everything, *form, *fresh_one).check()
        fresh = (project.folder / "fresh" / path.name).read_text(encoding="utf-8")
        lines, wanted = (
            sorted(line for line in one.splitlines() if line[:9] != "# Schemas")
            for one in (text, fresh)
        )
        assert lines == wanted, path.name
    again = project.run("inspectdb", *everything, "--update", "models/").check()
    assert again.stderr == "models is up to date.\n"


def test_other_line_breaks_and_indentation_stay(project: Project) -> None:
    project.run("inspectdb", "--output", "models.py").check()
    path = project.folder / "models.py"
    text = path.read_text(encoding="utf-8").replace("    ", "\t").replace("\n", "\r\n")
    path.write_bytes(text.encode())
    project.sql(
        "ALTER TABLE users ADD later uuid, ADD UNIQUE (age, country); COMMENT ON TABLE users IS 'x'"
    )
    project.run("inspectdb", "--update", "models.py").check()
    after = path.read_bytes().decode()
    assert after.count("\n") == after.count("\r\n")
    assert '\r\n\tlater: str = Field(nullable=True, db_type="uuid")\r\n' in after
    assert '\r\n\t\tcomment = "x"\r\n' in after
    assert "    " not in after


def test_what_is_said_by_other_means_is_told(project: Project) -> None:
    project.run("inspectdb", "--table", "countries", "--output", "models.py").check()
    text = text_of(project).replace(
        "class Country(Model):\n",
        "class Named(Model):\n    name: str = Field()\n\n    class Meta:\n        abstract = True\n\n\n"
        "class Country(Named):\n",
    )
    text = re.sub(
        r"(?<=db_type=\"character\(2\)\"\)\n)    name: str = Field\(\)\n", "", text
    )
    (project.folder / "models.py").write_text(text, encoding="utf-8")
    only = ("--table", "countries")
    assert project.run("inspectdb", "--check", "models.py", *only).check()
    project.sql("ALTER TABLE countries ALTER name DROP NOT NULL")
    result = project.run("inspectdb", "--update", "models.py", *only)
    assert result.exit_code == 1
    assert "public.countries.name" in result.stderr
    assert "1 difference could not be brought in" in result.stderr
    assert text_of(project) == text


def test_a_file_that_is_no_python_is_told_and_left(project: Project) -> None:
    (project.folder / "models.py").write_text("class Broken(:\n", encoding="utf-8")
    result = project.run("inspectdb", "--update", "models.py")
    assert result.exit_code == 2 and "models.py:1" in result.stderr
    assert text_of(project) == "class Broken(:\n"
    assert project.run("inspectdb", "--dry-run").exit_code == 2


def test_code_that_the_change_would_break_stops_it(project: Project) -> None:
    project.run("inspectdb", "--output", "models.py").check()
    text = text_of(project) + "\n\nassert ZzOld.id\n"
    (project.folder / "models.py").write_text(text, encoding="utf-8")
    project.sql("DROP TABLE zz_old")
    result = project.run("inspectdb", "--update", "models.py")
    assert result.exit_code == 2 and "ZzOld" in result.stderr
    assert "Nothing was written" in result.stderr
    assert text_of(project) == text


def test_managed_models_say_what_is_to_be(project: Project) -> None:
    project.run("inspectdb", "--output", "models.py").check()
    text = text_of(project).replace("managed = False", "managed = True", 1)
    name = re.findall(r"class (\w+)\(Model\)", text)[0]
    (project.folder / "models.py").write_text(text, encoding="utf-8")
    project.sql(
        "ALTER TABLE countries ADD later text; ALTER TABLE users ADD later text"
    )
    result = project.run("inspectdb", "--update", "models.py").check()
    assert f"all the same): {name}." in result.stderr
    lines = text_of(project).splitlines()
    assert lines.count("    later: str = Field(nullable=True)") == 1
    project.run("inspectdb", "--table", "*", "--update", "models.py").check()
    lines = text_of(project).splitlines()
    assert lines.count("    later: str = Field(nullable=True)") == 2


def test_another_database_does_not_empty_the_file(project: Project) -> None:
    project.run("inspectdb", "--output", "models.py").check()
    text = text_of(project)
    project.sql("DROP TABLE users, countries, zz_old; CREATE TABLE other (id integer)")
    result = project.run("inspectdb", "--update", "models.py")
    assert result.exit_code == 2
    assert "3 of the 3 tables of the models are not in database" in result.stderr
    assert text_of(project) == text
    project.run("inspectdb", "--update", "models.py", "--force").check()
    assert "class Other(Model)" in text_of(project)
    assert "class User(Model)" not in text_of(project)


def test_views_and_partitions_come_and_change(project: Project) -> None:
    project.sql(
        "CREATE VIEW adults AS SELECT id, email FROM users WHERE age > 17;"
        "CREATE TABLE log (day date, note text) PARTITION BY RANGE (day);"
        "CREATE TABLE log_2020 PARTITION OF log FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')"
    )
    views = ("--include-views",)
    project.run("inspectdb", *views, "--output", "models.py").check()
    project.sql(
        "CREATE OR REPLACE VIEW adults AS SELECT id, email, age FROM users WHERE age > 20;"
        "CREATE MATERIALIZED VIEW many AS SELECT count(*) FROM users; CREATE INDEX ON log (day);"
        "CREATE TABLE log_2021 PARTITION OF log FOR VALUES FROM ('2021-01-01') TO ('2022-01-01')"
    )
    text = brought_up_to_date(project, *views)
    assert "# Tables: 6\n# Views: 2\n" in text
    fresh = project.run("inspectdb", *views).check().stdout
    assert sorted(text.splitlines()) == sorted(fresh.splitlines())
    check_layout(text)
