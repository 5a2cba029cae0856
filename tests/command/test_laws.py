"""Laws that hold for every database: real ones (HYPER_CORPUS names a folder of them), the sample, and every case."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from class_texts import class_texts, meaning
from harness import ROOT, Cluster, Hyper, clean_environment
from models_file import check_import, check_layout, imported, models_of

EVERYTHING = ("--schema", "*", "--include-views")

# BEGIN, SET and COMMIT are counted too.
MOST_STATEMENTS = 20


def sources() -> list[Path]:
    """Every schema at hand."""
    found = [ROOT / "examples" / "legacy_shop" / "schema.sql"]
    found += sorted((ROOT / "tests" / "cases").glob("*/schema.sql"))
    corpus = os.environ.get("HYPER_CORPUS")
    if corpus:
        real = sorted(Path(corpus).glob("*.sql"))
        assert real, f"HYPER_CORPUS={corpus} has no .sql files"
        found += real
    else:
        print(
            "HYPER_CORPUS is not set: no laws over real schemas.", file=sys.__stderr__
        )
    return found


def name_of(path: Path) -> str:
    return path.parent.name if path.name == "schema.sql" else path.stem


@dataclass
class Inspected:
    """A database, what is in it, and what the command said about it."""

    name: str
    tables: list[tuple[str, str]]
    text: str
    again: str
    dump_before: str
    dump_after: str
    statements: list[str]
    arguments: list[str] = field(default_factory=list)
    forms: list[str] = field(default_factory=list)


def load(cluster: Cluster, name: str, path: Path, own: bool) -> None:
    """Load a file as psql does. A real schema may ask for an extension that is not installed here."""
    since = path.with_name("since")
    if since.exists() and cluster.server_version < int(since.read_text()):
        pytest.skip(f"{name_of(path)} needs PostgreSQL {since.read_text().strip()}")
    done = subprocess.run(
        [cluster.bin_dir / "psql", "-X", "-q", "-f", path]
        + ["-v", f"ON_ERROR_STOP={int(own)}", cluster.url(name)],
        env=clean_environment(Path.home()),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )
    errors = [line for line in done.stderr.splitlines() if " ERROR: " in line]
    if own:
        assert done.returncode == 0, done.stderr
    elif errors:
        print(f"{path.name}: {len(errors)} errors while loading:", *errors, sep="\n")


def dump(cluster: Cluster, name: str) -> str:
    """The whole schema as pg_dump has it, without the keys that differ from run to run."""
    done = subprocess.run(
        [cluster.bin_dir / "pg_dump", "--schema-only", cluster.url(name)],
        env=clean_environment(Path.home()),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return re.sub(r"^\\(un)?restrict .*\n", "", done.stdout, flags=re.MULTILINE)


class Log:
    """The server's log, from here on."""

    def __init__(self, cluster: Cluster) -> None:
        settings = parse_qs(urlsplit(cluster.url("postgres")).query)
        self.path = Path(settings["host"][0]) / "server.log"
        self.start = self.path.stat().st_size

    def statements(self) -> list[str]:
        """The statements since then, each in one line, of the only session there was."""
        with self.path.open("rb") as file:
            file.seek(self.start)
            text = file.read().decode()
        found = re.findall(
            r"^[^\t\n]*\[(\d+)\] LOG:  (?:statement|execute [^:]*): (.*(?:\n\t.*)*)",
            text,
            re.MULTILINE,
        )
        assert len({process for process, _ in found}) == 1, text
        return [" ".join(statement.split()) for _, statement in found]


@pytest.fixture(scope="module", params=sources(), ids=name_of)
def inspected(
    request: pytest.FixtureRequest, cluster: Cluster, hyper: Hyper
) -> Iterator[Inspected]:
    path: Path = request.param
    name = f"law_{name_of(path)}"
    own = path.is_relative_to(ROOT)
    with cluster.database(name=name):
        load(cluster, name, path, own)
        tables = cluster.run_sql(
            name,
            "SELECT n.nspname::text, c.relname::text FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind IN ('r', 'p', 'f')"
            " AND n.nspname !~ '^(pg_|information_schema$)' AND NOT EXISTS"
            " (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')"
            " ORDER BY 1, 2",
        )
        url = cluster.url(name)
        before = dump(cluster, name)
        cluster.run_sql(name, f'ALTER DATABASE "{name}" SET log_statement = "all"')
        log = Log(cluster)
        result = hyper("inspectdb", "--database", url, *EVERYTHING)
        statements = log.statements()
        cluster.run_sql(name, f'ALTER DATABASE "{name}" RESET log_statement')
        assert result.exit_code == 0, result.stderr
        again = hyper("inspectdb", "--database", url, *EVERYTHING)
        forms = [
            hyper("inspectdb", "--database", url, *EVERYTHING, *form).check().stdout
            for form in (["--rich-types"], ["--minimal"], ["--rich-types", "--minimal"])
        ]
        yield Inspected(
            name,
            [(row[0], row[1]) for row in tables],
            result.stdout,
            again.stdout,
            before,
            dump(cluster, name),
            statements,
            forms=forms,
        )


def test_every_table_is_there(inspected: Inspected) -> None:
    written = set(class_texts(inspected.text))
    assert written >= set(inspected.tables)
    count = re.search(r"^# Tables: (\d+)$", inspected.text, re.MULTILINE)
    assert count is not None and int(count[1]) == len(inspected.tables)


def test_ruff_has_nothing_to_say(inspected: Inspected) -> None:
    check_layout(inspected.text)


def test_it_imports_without_a_warning(inspected: Inspected, tmp_path: Path) -> None:
    check_import(inspected.text, tmp_path)


def test_other_forms_are_as_good_a_file(inspected: Inspected, tmp_path: Path) -> None:
    for number, text in enumerate(inspected.forms):
        check_layout(text)
        folder = tmp_path / str(number)
        folder.mkdir()
        check_import(text, folder)


def test_two_runs_are_the_same(inspected: Inspected) -> None:
    assert inspected.again == inspected.text


def test_nothing_is_changed(inspected: Inspected) -> None:
    assert inspected.dump_after == inspected.dump_before


COUNTS: set[int] = set()


def test_few_statements_in_one_read_only_transaction(inspected: Inspected) -> None:
    """Always the same number, whatever the number of tables."""
    statements = inspected.statements
    assert len(statements) <= MOST_STATEMENTS
    COUNTS.add(len(statements))
    assert len(COUNTS) == 1, COUNTS
    first = statements[0]
    assert first.startswith(("BEGIN", "START TRANSACTION"))
    assert "REPEATABLE READ" in first and "READ ONLY" in first
    assert statements[-1] in ("COMMIT", "ROLLBACK")
    words = ("BEGIN", "START", "COMMIT", "ROLLBACK", "END", "SET", "RESET")
    assert not [text for text in statements[1:-1] if text.startswith(words)]


def test_names_never_change(
    inspected: Inspected, cluster: Cluster, hyper: Hyper, tmp_path: Path
) -> None:
    """Each table by itself is the class that it is in the whole file; only targets outside the file look different."""
    url = cluster.url(inspected.name)
    base = ["inspectdb", "--database", url]
    if any(schema != "public" for schema, _ in inspected.tables):
        base += ["--schema", "*"]
    whole = hyper(*base)
    assert whole.exit_code == 0, whole.stderr
    texts = class_texts(whole.stdout)
    with imported(whole.stdout, tmp_path) as module:
        models = {model.__name__: model for model in models_of(module).values()}
    for schema, table in inspected.tables:
        alone = hyper(*base, f"--table={schema}.{table}")
        assert alone.exit_code == 0, alone.stderr
        text, expected = class_texts(alone.stdout)[schema, table], texts[schema, table]
        if text != expected:
            found, targets = meaning(text, models)
            assert targets > 0
            assert found == meaning(expected, models)[0]
            assert '"' in text and "Table(" in text


def test_a_copy_gives_the_same(
    inspected: Inspected, cluster: Cluster, hyper: Hyper, tmp_path: Path
) -> None:
    """A restored dump has other numbers inside, and the same models."""
    if inspected.dump_before.count("CREATE TABLE") < 7:
        pytest.skip("only for the larger schemas")
    texts, text = [], inspected.dump_before
    # PostgreSQL prints some expressions another way once they were printed and read: the copy's copy is like the copy.
    with cluster.database() as first, cluster.database() as second:
        for copy in (first, second):
            script = tmp_path / "dump.sql"
            script.write_text(text, encoding="utf-8")
            load(cluster, copy, script, own=False)
            text = dump(cluster, copy)
            result = hyper("inspectdb", "--database", cluster.url(copy), *EVERYTHING)
            assert result.exit_code == 0, result.stderr
            texts.append(result.stdout)
    assert texts[0] == texts[1]
    assert sorted(class_texts(texts[0])) == sorted(class_texts(inspected.text))


def test_a_table_in_use_makes_nobody_wait(
    inspected: Inspected, cluster: Cluster, hyper: Hyper
) -> None:
    """All locks but one: only what no SELECT could stand beside would make the command wait."""
    tables = ", ".join(
        '{}."{}"'.format(schema.replace('"', '""').join('""'), table.replace('"', '""'))
        for schema, table in inspected.tables
    )
    if not tables:
        pytest.skip("no tables")
    url = cluster.url(inspected.name)
    with cluster.connect(inspected.name) as other, other.transaction():
        foreign = other.execute("SELECT count(*) FROM pg_foreign_table").fetchall() != [
            (0,)
        ]
        if foreign:
            pytest.skip("a foreign table can't be locked")
        other.execute(f"LOCK TABLE ONLY {tables} IN EXCLUSIVE MODE".encode())
        result = hyper(
            "inspectdb", "--database", url, "--schema", "*", "--statement-timeout", "5"
        )
    assert result.exit_code == 0, result.stderr


def test_the_corpus_is_whole() -> None:
    """So that a mistyped folder does not pass for one without mistakes."""
    if not os.environ.get("HYPER_CORPUS"):
        pytest.skip("HYPER_CORPUS is not set")
    assert shutil.which("ruff", path=str(ROOT / ".venv" / "bin"))
    assert len(sources()) > len(list((ROOT / "tests" / "cases").glob("*/schema.sql")))
