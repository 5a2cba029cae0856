"""`hyper inspectdb --output models/`: a package that says what the single file says, with a module for each schema."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import ROOT, TOOLS, Cluster, Hyper
from project import Project
from test_formats import chosen
from test_laws import EVERYTHING, load, name_of

SHOP = ROOT / "examples" / "legacy_shop" / "schema.sql"

SEVERAL = """
CREATE SCHEMA sales;
CREATE SCHEMA "types";
CREATE SCHEMA "class";
CREATE TYPE sales.mood AS ENUM ('calm', 'wild');
CREATE TABLE users (id serial PRIMARY KEY, mood sales.mood);
CREATE TABLE sales.users (id serial PRIMARY KEY, user_id integer NOT NULL REFERENCES public.users, moods sales.mood[]);
CREATE TABLE sales.orders (id serial PRIMARY KEY, user_id integer NOT NULL REFERENCES sales.users);
ALTER TABLE public.users ADD last_order_id integer REFERENCES sales.orders;
CREATE TABLE "types".things (id integer PRIMARY KEY, owner integer REFERENCES public.users);
CREATE TABLE "class".lessons (id integer PRIMARY KEY);
CREATE SEQUENCE loose;
INSERT INTO users (mood) VALUES ('calm');
INSERT INTO sales.users (user_id, moods) VALUES (1, '{wild}');
INSERT INTO sales.orders (user_id) VALUES (1);
UPDATE users SET last_order_id = 1;
"""

# How the models of a package are used: relations lead from module to module, and back.
USE = """
import asyncio
from hyperdjango.database import Database
from models import Order, Users, User, types
import models.sales

async def main(url):
    async with Database(url):
        order = await Order.objects.select_related("user__user__last_order").get()
        print(order.user.user.last_order.id, order.user.user.mood, order.user.moods, len(types))
        print(type(order.user) is models.sales.Users, type(order).__module__)
        print(await User.objects.filter(users_set__order_set__id=1).count())

import sys
asyncio.run(main(sys.argv[1]))
"""


def check_files(folder: Path) -> None:
    """ruff would change nothing, and Python imports it without a warning."""
    for arguments in (["format", "--check", "--diff"], ["check"]):
        done = subprocess.run(
            [TOOLS / "ruff", *arguments, "--isolated", "--no-cache", folder],
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    done = subprocess.run(
        [TOOLS / "python", "-B", "-W", "error", "-c", f"import {folder.name}"],
        cwd=folder.parent,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.fixture
def several(cluster: Cluster, hyper: Hyper, tmp_path: Path) -> Iterator[Project]:
    with cluster.database(SEVERAL) as name:
        yield Project(cluster, hyper, tmp_path, name)


@pytest.mark.parametrize("path", chosen(), ids=name_of)
def test_a_package_says_what_the_database_says(
    path: Path, cluster: Cluster, hyper: Hyper, tmp_path: Path
) -> None:
    with cluster.database() as name:
        load(cluster, name, path, False)
        database = ("inspectdb", "--database", cluster.url(name), *EVERYTHING)
        for form in ([], ["--rich-types"], ["--minimal"]):
            words = "".join(form).replace("-", "_")
            folder = tmp_path / f"models{words}"
            hyper(*database, *form, "--output", f"{folder}/").check()
            result = hyper(*database, "--check", f"{folder}/")
            words = result.stdout + result.stderr
            assert (result.exit_code, result.stdout) == (0, ""), words
            check_files(folder)


def test_schemas_are_modules_and_keys_go_across(several: Project) -> None:
    several.run(
        "inspectdb", "--rich-types", "--schema", "*", "--output", "models/"
    ).check()
    folder = several.folder / "models"
    assert sorted(path.name for path in folder.glob("*.py")) == [
        "__init__.py",
        "class_.py",
        "database_types.py",
        "public.py",
        "sales.py",
        "types2.py",
    ]
    check_files(folder)
    done = subprocess.run(
        [TOOLS / "python", "-W", "error", "-c", USE, several.url],
        cwd=several.folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "1 calm [<Mood.WILD: 'wild'>] 1",
        "True models.sales",
        "1",
    ]
    strict = [TOOLS / "python", "-m", "mypy", "--strict", "--no-error-summary", "-p"]
    done = subprocess.run(
        [*strict, "models"],
        cwd=several.folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.stdout == "" and done.returncode == 0, done.stderr


def test_only_the_schemas_that_are_named(several: Project) -> None:
    several.run("inspectdb", "--schema", "sales", "types", "-o", "models/").check()
    folder = several.folder / "models"
    names = sorted(path.name for path in folder.glob("*.py"))
    assert names == ["__init__.py", "database_types.py", "sales.py", "types2.py"]
    check = ("inspectdb", "--check", "models", "--schema")
    assert several.run(*check, "sales", "types").check().stdout == ""
    assert several.run(*check, "sales").check().stdout == ""
    result = several.run(*check, "class")
    assert (result.exit_code, result.stdout.splitlines()[0]) == (1, "class.lessons")


def test_commands_find_a_package_where_models_py_would_be(several: Project) -> None:
    several.run("inspectdb", "--schema", "*", "--output", "models/").check()
    several.run("adopt", "Thing", "Lesson").check()
    several.no_changes()
    text = (several.folder / "models" / "types2.py").read_text(encoding="utf-8")
    assert "managed = True" in text
    other = text.partition("class Thing")[2].replace('"things"', '"others"')
    with (several.folder / "models" / "types2.py").open("a", encoding="utf-8") as file:
        file.write("\n\nclass Other" + other)
    proposed = several.run("makemigrations", "--dry-run").check().stdout
    assert "CREATE TABLE types.others" in proposed
    shown = several.run("shell", "-c", "print(Thing.__name__, Order.__module__)")
    assert shown.check().stdout == "Thing models.sales\n"


def test_nothing_is_replaced_unasked_and_what_is_left_over_is_told(
    several: Project,
) -> None:
    write = ("inspectdb", "--schema", "*", "--output", "models/")
    several.run(*write).check()
    again = several.run(*write).check()
    assert again.stderr.endswith("models/ is up to date.\n")
    several.sql('ALTER TABLE sales.orders ADD note text; DROP TABLE "class".lessons')
    before = {path: path.read_bytes() for path in (several.folder / "models").glob("*")}
    result = several.run(*write)
    assert result.exit_code == 2
    assert "sales.py in `models/` would change; nothing was written" in result.stderr
    assert before == {path: path.read_bytes() for path in before}
    forced = several.run(*write, "--force").check().stderr
    assert "files of models/." in forced
    assert "models/class_.py is of an earlier run" in forced
    assert "note" in (several.folder / "models" / "sales.py").read_text("utf-8")
    assert several.run("inspectdb", "--format", "sql", "-o", "x/").exit_code == 2
    shutil.rmtree(several.folder / "models")
    (several.folder / "models").mkdir()
    result = several.run("inspectdb", "--check", "models/")
    assert "is a folder without __init__.py" in result.stderr


def test_many_tables_of_one_schema_are_grouped(
    cluster: Cluster, hyper: Hyper, tmp_path: Path
) -> None:
    script = "".join(
        f"CREATE TABLE {word}_{number} (id serial PRIMARY KEY, other integer REFERENCES {word}_{number});"
        for word in ("blog", "shop")
        for number in range(40)
    )
    script += "CREATE TABLE loose (id integer REFERENCES blog_1);"
    with cluster.database(script) as name:
        project = Project(cluster, hyper, tmp_path, name)
        project.run("inspectdb", "--output", "models/").check()
        names = sorted(path.name for path in (tmp_path / "models").glob("*.py"))
        assert names == ["__init__.py", "blog.py", "public.py", "shop.py"]
        check_files(tmp_path / "models")
        assert project.run("inspectdb", "--check", "models/").check().stdout == ""
