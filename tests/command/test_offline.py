"""`hyper makemigrations --offline`: what is recorded stands for the database, and says when it can't."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from harness import ROOT, Cluster, Hyper, Result
from project import Project, skip_before, statements

# Something of every kind that a managed table may share with one that is not.
CASES = (
    "checks",
    "circular_keys_of_three",
    "domains",
    "enums",
    "foreign_keys_on_one_column",
    "hostile_names",
    "identity",
    "index_details",
    "inheritance",
    "partitions",
    "sequences_shared",
    "serials",
    "unique_constraints",
    "views_included",
)
HAZARDS = ("table-rewrite", "long-lock", "data-loss")


@pytest.fixture
def project(cluster: Cluster, hyper: Hyper, tmp_path: Path) -> Iterator[Project]:
    with cluster.database() as name:
        yield Project(cluster, hyper, tmp_path, name)


def offline(project: Project, *arguments: str) -> Result:
    """Run makemigrations where no database can be reached."""
    environment: Mapping[str, str] = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/x"}
    return project.hyper(
        "makemigrations",
        "--offline",
        *arguments,
        environment=environment,
        folder=project.folder,
    )


def customer(fields: str, managed: bool = True) -> str:
    lines = "".join(f"    {line}\n" for line in fields.splitlines())
    return (
        f"class Customer(Model):\n    id: int = Field(primary_key=True)\n{lines}\n    class Meta:\n"
        f'        table_name = "customers"\n        managed = {managed}\n'
    )


NAME = "name: str = Field()\n"
EMAIL = "email: str = Field(nullable=True)\n"
CUSTOMERS = "CREATE TABLE customers (id serial PRIMARY KEY, name varchar(80) NOT NULL);"


def edited(text: str, keep: bool) -> str:
    """Every managed table gets a column with an index; without `keep`, unique columns are so no longer."""
    classes = re.split(r"(?m)^(?=class )", text)
    for position, each in enumerate(classes):
        if "managed = True" in each and not re.search(
            r"\n        (view|partition_\w+|foreign_server) = ", each
        ):
            added = "    added_later: str = Field(nullable=True, index=True)\n\n    class Meta:"
            each = each.replace("\n    class Meta:", added, 1)
            classes[position] = each if keep else each.replace(", unique=True", "")
    return "".join(classes)


@pytest.mark.parametrize("every", [1, 2], ids=["all", "half"])
@pytest.mark.parametrize("case", CASES)
def test_offline_writes_what_online_writes(
    project: Project, case: str, every: int
) -> None:
    folder = ROOT / "tests" / "cases" / case
    skip_before(folder, project.cluster.server_version)
    project.sql((folder / "schema.sql").read_text())
    everything = ("--schema", "*", "--include-views", "--output", "models.py")
    project.run("inspectdb", *everything).check()
    path = project.folder / "models.py"
    parts = path.read_text().split("managed = False")
    text = parts[0]
    for position, part in enumerate(parts[1:]):
        text += f"managed = {position % every == 0}{part}"
    path.write_text(text)
    project.no_changes()
    assert offline(project).check().stderr == "No changes.\n"
    accepted = [word for hazard in HAZARDS for word in ("--accept", hazard)]
    for keep, options in ((True, []), (False, ["--allow-drop", *accepted])):
        path.write_text(edited(text, keep))
        online = project.run("makemigrations", "--dry-run", *options)
        assert online.exit_code == 0 and online.stdout, online.stderr
        assert offline(project, "--dry-run", *options) == online


def test_step_by_step_without_a_database(project: Project) -> None:
    """Several migrations are written with no database, and lead to what the models say."""
    project.sql(CUSTOMERS)
    project.models(customer(NAME))
    project.no_changes()
    project.models(customer(NAME + EMAIL))
    made = offline(project).check()
    assert "Wrote migrations/0001_add_email_to_customers.sql" in made.stderr
    project.models(customer(NAME + EMAIL.replace("nullable", "index=True, nullable")))
    offline(project).check()
    assert list(project.files()) == [
        "0001_add_email_to_customers.sql",
        "0002_add_customers_email_idx.sql",
    ]
    assert offline(project).stderr == "No changes.\n"
    assert offline(project, "--check").exit_code == 0
    project.run("migrate").check()
    # The database confirms what was recorded.
    assert project.run("makemigrations").check().stderr == "No changes.\n"
    assert project.run("check").check().stderr == "Nothing found.\n"


def test_a_table_that_only_the_models_have(project: Project) -> None:
    project.models(customer(NAME))
    missing = offline(project)
    assert missing.exit_code == 2
    assert (
        "there is no migrations/schema.json to compare the models with"
        in missing.stderr
    )
    assert "Run hyper makemigrations once with a database" in missing.stderr
    project.run("makemigrations").check()
    project.models(customer(NAME + EMAIL))
    [statement] = statements(offline(project, "--dry-run").check().stdout)
    assert statement == "ALTER TABLE public.customers ADD COLUMN email text"


def test_a_dry_run_records_nothing(project: Project) -> None:
    project.sql(CUSTOMERS)
    project.models(customer(NAME + EMAIL))
    project.run("makemigrations", "--dry-run").check()
    assert project.run("makemigrations", "--check").exit_code == 1
    assert project.record() is None
    project.run("makemigrations").check()
    before = project.record()
    project.models(customer(NAME + EMAIL + "age: int = Field(nullable=True)\n"))
    offline(project, "--dry-run").check()
    assert project.record() == before


def test_what_is_recorded(project: Project) -> None:
    """The managed tables, the names of the others, and nothing of who connected; twice the same."""
    project.sql(CUSTOMERS + "CREATE TABLE others (secret text DEFAULT 'hidden')")
    project.run("inspectdb", "--output", "models.py").check()
    project.run("adopt", "Customer").check()
    text = project.record()
    assert text is not None
    record = json.loads(text)
    assert record["version"] == 1
    assert record["others"] == ["public.others"]
    [table] = record["schema"]["relations"]
    assert table["name"] == {"schema": "public", "name": "customers"}
    assert "hidden" not in text and project.database not in text
    assert re.search(r'^ +\{"name":"name","data_type":.*\},?$', text, re.MULTILINE)
    (project.folder / "migrations" / "schema.json").unlink()
    project.no_changes()
    assert project.record() == text


def test_a_table_that_was_not_managed_is_not_made_anew(project: Project) -> None:
    project.sql(CUSTOMERS + "CREATE TABLE others (id serial PRIMARY KEY)")
    other = "class Other(Model):\n    id: int = Field(primary_key=True)\n\n    class Meta:\n"
    other += '        table_name = "others"\n        managed = '
    project.models(customer(NAME) + "\n\n" + other + "False\n")
    project.no_changes()
    project.models(customer(NAME) + "\n\n" + other + "True\n")
    result = offline(project)
    assert result.exit_code == 2
    assert "says nothing of the table public.others" in result.stderr
    assert "hyper adopt Other" in result.stderr
    project.no_changes()
    assert offline(project).check().stderr == "No changes.\n"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("edit", "0001_add_email_to_customers.sql was edited after"),
        ("add", "does not know migrations/0002_by_hand.sql"),
        ("remove", "has migration 0001_add_email_to_customers, and migrations has no"),
    ],
)
def test_a_stale_record(project: Project, change: str, words: str) -> None:
    project.sql(CUSTOMERS)
    project.models(customer(NAME + EMAIL))
    project.run("makemigrations").check()
    [name] = project.files()
    path = project.folder / "migrations" / name
    if change == "edit":
        path.write_text(path.read_text().replace("email text", "email varchar(9)"))
    elif change == "add":
        project.migration("0002_by_hand.sql", "CREATE INDEX ON customers (name);\n")
    else:
        path.unlink()
    result = offline(project)
    assert result.exit_code == 2
    assert words in result.stderr
    assert "hyper makemigrations without --offline" in result.stderr
    checked = project.run("check")
    assert "record: schema.json: " in checked.stdout
    assert words in checked.stdout
    project.run("migrate").check()
    project.run("makemigrations").check()
    assert offline(project).check().stderr.endswith("No changes.\n")


@pytest.mark.parametrize(
    "broken", ["", "{", "<<<<<<< HEAD\n{}\n", '{"version": 1}', "[]"]
)
def test_a_corrupt_record(project: Project, broken: str) -> None:
    project.sql(CUSTOMERS)
    project.models(customer(NAME))
    project.migration("schema.json", broken)
    for result in (offline(project), project.run("makemigrations")):
        assert result.exit_code == 2
        assert (
            "migrations/schema.json is no record of managed tables: " in result.stderr
        )
        assert "remove it and run hyper makemigrations" in result.stderr
    (project.folder / "migrations" / "schema.json").unlink()
    project.no_changes()


def test_a_record_of_a_later_version(project: Project) -> None:
    project.models(customer(NAME))
    project.migration("schema.json", '{"version": 2}')
    result = offline(project)
    assert result.exit_code == 2
    assert "is of version 2, and this hyper reads version 1" in result.stderr


@pytest.mark.parametrize("recorded", [True, False], ids=["recorded", "unrecorded"])
def test_an_annotation_that_was_changed_is_another_type(
    project: Project, recorded: bool
) -> None:
    project.sql(CUSTOMERS + "ALTER TABLE customers ADD code integer NOT NULL")
    project.models(customer(NAME + "code: int = Field()\n"))
    if recorded:
        project.no_changes()
    # Python takes a module of the same second and length for the same.
    project.models(customer(NAME + "code: str = Field()  # it was int\n"))
    if not recorded:
        project.no_changes()
        # What is recorded now is no change that anybody made since.
        project.no_changes()
        return
    accept = ("--accept", "table-rewrite", "--accept", "long-lock")
    online = project.run("makemigrations", "--dry-run", *accept).check()
    [statement] = statements(online.stdout)
    assert "ALTER COLUMN code TYPE text" in statement
    assert offline(project, "--dry-run", *accept) == online
    assert "TYPE text" in project.run("check").stdout
    project.run("makemigrations", *accept).check()
    project.run("migrate").check()
    assert project.run("makemigrations").check().stderr == "No changes.\n"


def test_an_annotation_that_fits_now_is_no_change(project: Project) -> None:
    """A class that was wrong and is put right changes nothing, nor does leaving `db_type` out."""
    project.sql(CUSTOMERS)
    project.models(customer("name: int = Field()\n"))
    project.no_changes()
    stated = 'name: str = Field(db_type="character varying(80)")\n'
    for fields in (NAME, stated, NAME):
        project.models(customer(fields))
        project.no_changes()
        project.no_changes("--offline")


def test_hazards_and_renames_are_refused_as_online(project: Project) -> None:
    project.sql(CUSTOMERS + "ALTER TABLE customers ADD mail text")
    project.models(customer(NAME + "mail: str = Field(nullable=True)\n"))
    project.no_changes()
    project.models(customer(NAME + EMAIL))
    assert offline(project) == project.run("makemigrations")
    assert "--rename customers.mail:email" in offline(project).stderr
    rename = ("--dry-run", "--rename", "customers.mail:email")
    found = offline(project, *rename).check()
    assert found == project.run("makemigrations", *rename)
    # Whether a table has rows is not known.
    project.models(
        customer(NAME + "mail: str = Field(nullable=True)\nage: int = Field()\n")
    )
    refused = offline(project)
    assert refused.exit_code == 2 and "not-null-without-default" in refused.stderr


def test_check_tells_where_the_database_went_another_way(project: Project) -> None:
    project.sql(CUSTOMERS)
    project.models(customer(NAME))
    project.no_changes()
    project.sql("ALTER TABLE customers ADD fax text")
    result = project.run("check")
    assert result.exit_code == 1
    assert (
        "record: public.customers: the database is not what schema.json says; since then:"
        " ALTER TABLE public.customers ADD COLUMN fax text\n" in result.stdout
    )
    project.run("makemigrations").check()
    assert "record:" not in project.run("check").stdout


def test_no_database_is_named_beside_it(project: Project) -> None:
    result = project.run("makemigrations", "--offline", "--database", project.url)
    assert result.exit_code == 2
    assert "cannot be used with" in result.stderr
