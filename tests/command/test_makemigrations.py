"""`hyper makemigrations`: what it writes, what it leaves alone, and what it refuses."""

from __future__ import annotations

import os
import pty
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from harness import Cluster, Hyper
from project import Project, statements

CUSTOMERS = "CREATE TABLE customers (id serial PRIMARY KEY, name varchar(80) NOT NULL);"


@pytest.fixture
def project(cluster: Cluster, hyper: Hyper, tmp_path: Path) -> Iterator[Project]:
    with cluster.database() as name:
        yield Project(cluster, hyper, tmp_path, name)


def model(fields: str, managed: bool = True, table: str = "customers") -> str:
    lines = "".join(f"    {line.strip()}\n" for line in fields.splitlines())
    return (
        f"class Customer(Model):\n{lines}\n    class Meta:\n"
        f'        table_name = "{table}"\n        managed = {managed}\n'
    )


KEY = "id: int = Field(primary_key=True)\n"
NAME = "name: str = Field()\n"
EMAIL = "email: str = Field(nullable=True)\n"


def made(project: Project, *arguments: str) -> list[str]:
    """The statements that would be written."""
    result = project.run("makemigrations", "--dry-run", *arguments).check()
    return statements(result.stdout) if result.stdout else []


def test_a_field_that_is_added_is_one_added_column(project: Project) -> None:
    project.sql(CUSTOMERS)
    project.models(model(KEY + NAME + EMAIL))
    result = project.run("makemigrations").check()
    assert "Wrote migrations/0001_add_email_to_customers.sql" in result.stderr
    [text] = project.files().values()
    assert statements(text) == ["ALTER TABLE public.customers ADD COLUMN email text"]
    assert "-- ALTER TABLE public.customers DROP COLUMN email;" in text
    project.run("migrate").check()
    assert project.column_names("customers") == ["id", "name", "email"]
    again = project.run("makemigrations").check()
    assert (again.stdout, again.stderr) == ("", "No changes.\n")


@pytest.mark.parametrize(
    "table",
    [
        # Whatever the table has besides, and whatever its key counts by: the model leaves it unsaid.
        """CREATE TABLE customers (id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_c PRIMARY KEY,
           name varchar(80) COLLATE "C" NOT NULL DEFAULT 'x', fax varchar(20), CHECK (name <> ''));
           CREATE INDEX by_name ON customers (name); COMMENT ON TABLE customers IS 'old';
           COMMENT ON COLUMN customers.name IS 'old'""",
        "CREATE TABLE customers (id smallint PRIMARY KEY, name char(3) NOT NULL UNIQUE)",
        """CREATE SEQUENCE counter; CREATE TABLE customers
           (id integer DEFAULT nextval('counter') PRIMARY KEY, name uuid NOT NULL)""",
        """CREATE TABLE customers (id integer PRIMARY KEY, name text NOT NULL) PARTITION BY RANGE (id);
           CREATE TABLE customers_1 PARTITION OF customers FOR VALUES FROM (0) TO (9)""",
        "CREATE UNLOGGED TABLE customers (id serial PRIMARY KEY, name text NOT NULL) WITH (fillfactor = 70)",
    ],
    ids=["identity", "bare", "sequence", "partitioned", "unlogged"],
)
def test_what_a_model_does_not_say_stays(project: Project, table: str) -> None:
    project.sql(table)
    project.models(model(KEY + NAME + EMAIL))
    assert made(project) == ["ALTER TABLE public.customers ADD COLUMN email text"]


def test_a_type_changes_only_where_it_is_stated(project: Project) -> None:
    project.sql(CUSTOMERS)
    project.models(model(KEY + NAME))
    project.no_changes()
    project.models(model(KEY + 'name: str = Field(db_type="character varying(200)")\n'))
    [statement] = made(project)
    assert "ALTER COLUMN name TYPE character varying(200)" in statement


def test_ctid_as_a_key_is_no_column(project: Project) -> None:
    project.sql("CREATE TABLE customers (message text NOT NULL)")
    project.models(
        model("ctid: str = Field(primary_key=True)\nmessage: str = Field()\n")
    )
    project.no_changes()


def test_drops_need_a_word(project: Project) -> None:
    project.sql(CUSTOMERS + "ALTER TABLE customers ADD fax text, ADD age integer")
    project.models(model(KEY + NAME))
    result = project.run("makemigrations").check()
    assert result.stderr == (
        "In the database and not in the models, left as it is (--allow-drop would drop it):"
        " column customers.fax, column customers.age.\nNo changes.\n"
        "Recorded the managed tables in migrations/schema.json.\n"
    )
    assert made(project, "--allow-drop", "customers.fax") == [
        "ALTER TABLE public.customers DROP COLUMN fax"
    ]
    assert len(made(project, "--allow-drop")) == 2


def test_a_table_is_never_dropped(project: Project) -> None:
    project.sql(CUSTOMERS + "CREATE TABLE other (a integer)")
    project.models("")
    result = project.run("makemigrations", "--allow-drop").check()
    assert result.stderr == "No changes.\n"
    project.sql("CREATE VIEW of_customers AS SELECT id, name FROM customers")
    project.models(model(KEY + NAME, table="of_customers"))
    result = project.run("makemigrations", "--allow-drop")
    assert result.exit_code == 2
    assert "is a view in the database and a table in the models" in result.stderr


def test_a_rename_is_never_guessed(project: Project) -> None:
    project.sql(CUSTOMERS + "ALTER TABLE customers ADD mail text")
    project.models(model(KEY + NAME + EMAIL))
    result = project.run("makemigrations", "--allow-drop")
    assert result.exit_code == 2
    assert "--rename customers.mail:email" in result.stderr
    assert project.files() == {}
    assert made(project, "--rename", "customers.mail:email") == [
        "ALTER TABLE public.customers RENAME COLUMN mail TO email"
    ]
    assert made(project, "--keep", "customers.mail") == [
        "ALTER TABLE public.customers ADD COLUMN email text"
    ]
    assert sorted(made(project, "--allow-drop", "customers.mail")) == [
        "ALTER TABLE public.customers ADD COLUMN email text",
        "ALTER TABLE public.customers DROP COLUMN mail",
    ]


@pytest.mark.parametrize(
    ("answer", "statement"),
    [
        ("y", "ALTER TABLE public.customers RENAME COLUMN mail TO email"),
        ("n", "ALTER TABLE public.customers ADD COLUMN email text"),
    ],
)
def test_a_rename_is_asked_on_a_terminal(
    project: Project, answer: str, statement: str
) -> None:
    project.sql(CUSTOMERS + "ALTER TABLE customers ADD mail text")
    project.models(model(KEY + NAME + EMAIL))
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [str(project.hyper.path), "makemigrations"],
        cwd=project.folder,
        env=project.hyper.environment(project.environment()),
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
    ) as running:
        os.close(theirs)
        words = b""
        while b"[y/N]" not in words:
            words += os.read(ours, 4096)
        assert b"Was the column public.customers.mail renamed to email?" in words
        os.write(ours, f"{answer}\n".encode())
        # A terminal whose other side is gone gives an error where a file would end.
        with suppress(OSError):
            while os.read(ours, 4096):
                pass
        assert running.wait() == 0
    os.close(ours)
    [text] = project.files().values()
    assert statements(text) == [statement]


def test_a_table_that_got_another_name(project: Project) -> None:
    project.sql("CREATE TABLE customer (id serial PRIMARY KEY, name text NOT NULL)")
    project.models(model(KEY + NAME))
    result = project.run("makemigrations")
    assert result.exit_code == 2
    assert "--rename customer:customers" in result.stderr
    found = made(project, "--rename", "customer:customers")
    assert "ALTER TABLE public.customer RENAME TO customers" in found
    assert not [text for text in found if "CREATE TABLE" in text or "DROP" in text]
    project.run("makemigrations", "--rename", "customer:customers").check()
    project.run("migrate").check()
    project.no_changes()
    assert project.run("makemigrations", "--keep", "customer").exit_code == 0


@pytest.mark.parametrize(
    ("rename", "words"),
    [
        ("email", "has no `:`"),
        ("customers.nam:name", "Did you mean `name`?"),
        ("custommers:customers", "Did you mean `customers`?"),
        ("customers.name:nothing", "has no field for a column `nothing`"),
    ],
)
def test_a_rename_of_nothing(project: Project, rename: str, words: str) -> None:
    project.sql(CUSTOMERS)
    project.models(model(KEY + NAME))
    result = project.run("makemigrations", "--rename", rename)
    assert result.exit_code == 2
    assert words in result.stderr


def test_not_null_without_default_on_rows_is_refused(project: Project) -> None:
    project.sql(CUSTOMERS)
    project.models(model(KEY + NAME + "email: str = Field()\n"))
    # An empty table takes it.
    assert made(project) == [
        "ALTER TABLE public.customers ADD COLUMN email text NOT NULL"
    ]
    project.sql("INSERT INTO customers (name) VALUES ('a')")
    result = project.run("makemigrations")
    assert result.exit_code == 2
    assert "It fails as soon as the table has a row." in result.stderr
    assert "add it nullable, fill it in batches" in result.stderr
    assert project.files() == {}
    accepted = project.run("makemigrations", "--accept", "not-null-without-default")
    assert accepted.exit_code == 0, accepted.stderr


def test_hazards_are_refused_until_they_are_accepted(project: Project) -> None:
    project.sql(CUSTOMERS)
    stated = 'name: str = Field(db_type="character varying(10)")\n'
    project.models(model(KEY + stated))
    result = project.run("makemigrations")
    assert result.exit_code == 2
    assert "--accept" in result.stderr
    line = result.stderr.split("To write it all the same:")[1].split("\n")[0]
    assert len(made(project, *line.split())) == 1
    unknown = project.run("makemigrations", "--accept", "table-rewrit")
    assert unknown.exit_code == 2
    assert "Did you mean `table-rewrite`?" in unknown.stderr


def test_indexes_and_keys_spare_a_table_in_use(project: Project) -> None:
    project.sql(CUSTOMERS + "ALTER TABLE customers ADD other integer")
    project.models(
        model(
            KEY
            + "name: str = Field(unique=True)\n"
            + 'other: int = Field(nullable=True, foreign_key="Customer")\n'
        )
    )
    found = made(project)
    assert "CREATE UNIQUE INDEX CONCURRENTLY" in "\n".join(found)
    assert any(text.endswith("NOT VALID") for text in found)
    assert any("VALIDATE CONSTRAINT" in text for text in found)
    project.run("makemigrations").check()
    project.run("migrate").check()
    project.no_changes()


def test_an_index_over_partitions_that_no_model_names_is_a_hazard(
    project: Project,
) -> None:
    project.sql(
        "CREATE TABLE customers (id integer PRIMARY KEY, name text NOT NULL) PARTITION BY RANGE (id);"
        "CREATE TABLE customers_1 PARTITION OF customers FOR VALUES FROM (0) TO (9)"
    )
    project.models(model(KEY + "name: str = Field(index=True)\n"))
    refused = project.run("makemigrations")
    assert refused.exit_code == 2
    assert "long-lock: No one can write the table" in refused.stderr
    # With the partition's own model each part is built by itself, and no one waits.
    project.run("inspectdb", "--output", "models.py", "--force").check()
    path = project.folder / "models.py"
    text = path.read_text().replace("managed = False", "managed = True")
    path.write_text(
        text.replace("    name: str = Field()", "    name: str = Field(index=True)", 1)
    )
    found = made(project)
    assert found[0].startswith("CREATE INDEX CONCURRENTLY")
    project.run("makemigrations").check()
    project.run("migrate").check()
    project.no_changes()


def test_a_type_of_other_tables_is_left_alone(project: Project) -> None:
    project.sql(
        "CREATE TYPE mood AS ENUM ('a'); CREATE TABLE foreign_one (mood mood);"
        "CREATE TABLE customers (mood mood)"
    )
    types = 'from hyperdjango.models import EnumType\ntypes = (EnumType("public", "mood", ("a", "b")),)\n'
    fields = 'mood: str = Field(nullable=True, db_type="public.mood")\n'
    project.models(types + model(fields))
    before = project.dump()
    result = project.run("makemigrations").check()
    assert (
        "type public.mood, which tables that are not managed use too" in result.stderr
    )
    assert project.dump() == before
    project.sql("DROP TABLE foreign_one")
    assert made(project) == ["ALTER TYPE public.mood ADD VALUE 'b'"]


def test_check_names_and_empty(project: Project) -> None:
    project.models(model(KEY + NAME))
    checked = project.run("makemigrations", "--check")
    assert checked.exit_code == 1
    assert "CREATE TABLE public.customers" in checked.stdout
    assert project.files() == {}
    project.run("makemigrations", "--empty", "--name", "Fill it!").check()
    assert list(project.files()) == ["0001_fill_it.sql"]
    pending = project.run("makemigrations")
    assert pending.exit_code == 2
    assert "0001_fill_it.sql is not applied to this database yet" in pending.stderr
    project.run("migrate").check()
    project.run("makemigrations").check()
    assert list(project.files()) == ["0001_fill_it.sql", "0002_create_customers.sql"]


def test_an_edit_within_the_second_is_seen(project: Project) -> None:
    """Python's bytecode is kept by the second: an edit of the same size may be behind it."""
    project.sql(CUSTOMERS)
    project.models(model(KEY + NAME + "email: str = Field(nullable=True)\n"))
    path = project.folder / "models.py"
    second = 1_700_000_000 * 10**9
    os.utime(path, ns=(second, second))
    assert "ADD COLUMN email" in made(project)[0]
    [bytecode] = (project.folder / "__pycache__").iterdir()
    os.utime(bytecode, ns=(second, second + 10**8))
    project.models(model(KEY + NAME + "phone: str = Field(nullable=True)\n"))
    os.utime(path, ns=(second, second + 2 * 10**8))
    assert "ADD COLUMN phone" in made(project)[0]


def test_the_user_says_how_values_become_another_type(project: Project) -> None:
    project.sql(
        "CREATE TABLE customers (id serial PRIMARY KEY, born text);"
        "INSERT INTO customers (born) VALUES ('24.12.1990'), (NULL)"
    )
    project.models(model(KEY + 'born: date = Field(nullable=True, db_type="date")\n'))
    refused = project.run("makemigrations")
    assert refused.exit_code == 2
    assert "say how they become the new type: --using" in refused.stderr
    expression = "customers.born:to_date(born, 'DD.MM.YYYY')"
    accept = ("--accept", "table-rewrite", "--accept", "values-may-not-fit")
    for arguments in ([expression], ["public." + expression]):
        assert made(project, "--using", *arguments, *accept) == [
            "ALTER TABLE public.customers ALTER COLUMN born TYPE date USING to_date(born, 'DD.MM.YYYY')"
        ]
    project.run("makemigrations", "--using", expression, *accept).check()
    project.run("migrate").check()
    rows = "SELECT born::text FROM customers ORDER BY id"
    assert project.sql(rows) == [("1990-12-24",), (None,)]
    project.no_changes()
    # The way back is a plain cast, unless the file is edited.
    project.run("rollback").check()
    assert project.sql(rows) == [("1990-12-24",), (None,)]


def test_an_expression_of_the_user_is_a_rewrite(project: Project) -> None:
    project.sql("CREATE TABLE customers (id serial PRIMARY KEY, name varchar(10))")
    stated = 'name: str = Field(nullable=True, db_type="text")\n'
    project.models(model(KEY + stated))
    assert len(made(project)) == 1
    refused = project.run("makemigrations", "--using", "customers.name:upper(name)")
    assert refused.exit_code == 2
    assert "--accept table-rewrite" in refused.stderr


@pytest.mark.parametrize(
    ("using", "words"),
    [
        ("customers.name", "it has no expression"),
        ("customers.name:", "it has no expression"),
        ("name:upper(name)", "`name` names no column"),
        ("custommers.name:1", "no model is of the table `custommers`"),
        ("customers.nam:1", "Did you mean `name`?"),
        ("customers.name:upper(name)", "the type of customers.name does not change"),
    ],
)
def test_an_expression_for_nothing(project: Project, using: str, words: str) -> None:
    project.sql(CUSTOMERS)
    project.models(model(KEY + NAME))
    result = project.run("makemigrations", "--using", using)
    assert result.exit_code == 2
    assert words in result.stderr


def test_models_that_do_not_import(project: Project) -> None:
    project.models("\nnothing.here\n")
    result = project.run("makemigrations")
    assert result.exit_code == 2
    assert "models.py:7: NameError: name 'nothing' is not defined" in result.stderr
    missing = project.run("makemigrations", "--models", "other.py")
    assert "there is no file other.py" in missing.stderr
