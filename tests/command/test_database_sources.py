"""Where `hyper` finds out which database is meant: flag, variables, .env file, libpq's own, in that order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from harness import Cluster, Hyper
from snapshot import PASSWORD, check_snapshot, check_words

# Each source names another database, so that the answer tells which one was used.
SOURCES = ("flag", "hyper", "plain", "dotenv_hyper", "dotenv", "libpq")

UNREACHABLE = f"postgres://u:{PASSWORD}@127.0.0.1:1/shop"


@pytest.fixture(scope="module")
def urls(cluster: Cluster) -> Iterator[dict[str, str]]:
    """A database for each source."""
    names = {source: f"source_{source}" for source in SOURCES}
    for name in names.values():
        cluster.create_database(name)
    yield {source: cluster.url(name) for source, name in names.items()}
    for name in names.values():
        cluster.drop_database(name)


def libpq_variables(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    settings = parse_qs(parts.query)
    return {
        "PGHOST": settings["host"][0],
        "PGPORT": settings["port"][0],
        "PGUSER": "postgres",
        "PGDATABASE": parts.path.lstrip("/"),
    }


@pytest.mark.parametrize("strongest", range(len(SOURCES)))
def test_precedence(
    hyper: Hyper, urls: dict[str, str], tmp_path: Path, strongest: int
) -> None:
    """With the stronger sources taken away one by one, the next is the one that counts."""
    left = SOURCES[strongest:]
    arguments = ["--database", urls["flag"]] if "flag" in left else []
    environment = libpq_variables(urls["libpq"])
    if "hyper" in left:
        environment["HYPER_DATABASE_URL"] = urls["hyper"]
    if "plain" in left:
        environment["DATABASE_URL"] = urls["plain"]
    lines = ["# settings of the application", "DEBUG=1"]
    if "dotenv" in left:
        lines.append(f"DATABASE_URL={urls['dotenv']}")
    if "dotenv_hyper" in left:
        lines.append(f'export HYPER_DATABASE_URL="{urls["dotenv_hyper"]}"')
    (tmp_path / ".env").write_text("\n".join(lines) + "\n")
    result = hyper("inspectdb", *arguments, environment=environment, folder=tmp_path)
    assert result.exit_code == 0, result.stderr
    assert f"of database `source_{SOURCES[strongest]}`" in result.stderr


def test_libpq_variables_fill_in_what_a_url_leaves_open(
    hyper: Hyper, urls: dict[str, str]
) -> None:
    environment = libpq_variables(urls["libpq"])
    result = hyper(
        "inspectdb", environment={**environment, "DATABASE_URL": "postgres://"}
    )
    assert "of database `source_libpq`" in result.stderr
    environment["DATABASE_URL"] = "postgres:///source_plain"
    result = hyper("inspectdb", environment=environment)
    assert "of database `source_plain`" in result.stderr


def test_libpq_settings_instead_of_a_url(hyper: Hyper, urls: dict[str, str]) -> None:
    variables = libpq_variables(urls["libpq"])
    text = " ".join(
        f"{name}='{variables[variable]}'"
        for name, variable in {
            "host": "PGHOST",
            "port": "PGPORT",
            "user": "PGUSER",
            "dbname": "PGDATABASE",
        }.items()
    )
    result = hyper("inspectdb", "--database", text)
    assert "of database `source_libpq`" in result.stderr


def test_nothing_set(hyper: Hyper, tmp_path: Path) -> None:
    result = hyper("inspectdb", folder=tmp_path)
    check_snapshot("sources_nothing", result)
    assert (result.exit_code, result.stdout) == (2, "")


@pytest.mark.parametrize(
    "variable", ["HYPER_DATABASE_URL", "DATABASE_URL", "PGHOST", "PGDATABASE"]
)
@pytest.mark.parametrize("value", ["", "  "])
def test_set_but_empty(hyper: Hyper, tmp_path: Path, variable: str, value: str) -> None:
    """A variable that a script meant to fill: not a reason to look elsewhere."""
    if value and variable.startswith("PG"):
        pytest.skip("libpq takes blanks for a name")
    # Weaker sources are there, and are not taken.
    (tmp_path / ".env").write_text(f"OTHER={PASSWORD}\n")
    environment = {"PGUSER": "u", variable: value}
    result = hyper("inspectdb", environment=environment, folder=tmp_path)
    check_snapshot("sources_empty", result, {variable: "VARIABLE"})
    assert (result.exit_code, result.stdout) == (2, "")


def test_empty_in_dotenv(hyper: Hyper, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DATABASE_URL=\n")
    result = hyper("inspectdb", folder=tmp_path)
    check_snapshot("sources_empty_in_dotenv", result, {str(tmp_path): "FOLDER"})
    assert (result.exit_code, result.stdout) == (2, "")


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("mysql", f"DATABASE_URL=mysql://root:{PASSWORD}@db/shop"),
        ("bad_port", f"DATABASE_URL='postgres://u:{PASSWORD}@db:port/shop'"),
        ("open_quote", f'DATABASE_URL="postgres://u:{PASSWORD}@db/shop'),
        ("no_equals", f"DATABASE_URL postgres://u:{PASSWORD}@db/shop"),
        ("unreachable", f"DATABASE_URL={UNREACHABLE}  # the old server"),
    ],
)
def test_a_dotenv_file_that_cannot_be_used(
    hyper: Hyper, tmp_path: Path, name: str, line: str
) -> None:
    (tmp_path / ".env").write_text(f"SECRET={PASSWORD}\n{line}\n")
    result = hyper("inspectdb", folder=tmp_path)
    check_snapshot(f"sources_dotenv_{name}", result, {str(tmp_path): "FOLDER"})
    assert (result.exit_code, result.stdout) == (2, "")


def test_a_dotenv_file_is_the_current_folders_alone(
    hyper: Hyper, tmp_path: Path
) -> None:
    """A file further up belongs to another project."""
    (tmp_path / ".env").write_text(f"DATABASE_URL={UNREACHABLE}\n")
    below = tmp_path / "below"
    below.mkdir()
    result = hyper("inspectdb", folder=below)
    assert "no database was named" in result.stderr


def test_a_dotenv_file_that_is_a_folder_or_binary(hyper: Hyper, tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.mkdir()
    result = hyper("inspectdb", folder=tmp_path)
    check_words(result)
    assert result.exit_code == 2 and ".env" in result.stderr
    path.rmdir()
    path.write_bytes(b"DATABASE_URL=postgres://\xff\xfe@127.0.0.1:1/shop\n\0")
    result = hyper("inspectdb", folder=tmp_path)
    check_words(result)
    assert (result.exit_code, result.stdout) == (2, "")


@pytest.mark.parametrize("variable", ["HYPER_DATABASE_URL", "DATABASE_URL"])
def test_an_error_names_the_variable(hyper: Hyper, variable: str) -> None:
    """Whoever set several has to know which one was taken."""
    environment = {variable: f"mysql://root:{PASSWORD}@db/shop"}
    result = hyper("inspectdb", environment=environment)
    check_snapshot("sources_mysql", result, {variable: "VARIABLE"})
    assert (result.exit_code, result.stdout) == (2, "")


def test_a_password_from_the_environment_or_a_file(
    hyper: Hyper, cluster: Cluster, urls: dict[str, str], tmp_path: Path
) -> None:
    port = libpq_variables(urls["libpq"])["PGPORT"]
    url = f"postgres://source_reader@127.0.0.1:{port}/source_libpq"
    passwords = tmp_path / "passwords"
    passwords.write_text(f"*:*:*:source_reader:{PASSWORD}\n")
    passwords.chmod(0o600)
    cluster.run_sql(
        "postgres", f"CREATE ROLE source_reader LOGIN PASSWORD '{PASSWORD}'"
    )
    try:
        for environment in (
            {"PGPASSWORD": PASSWORD},
            {"PGPASSFILE": str(passwords)},
        ):
            result = hyper("inspectdb", "--database", url, environment=environment)
            check_words(result)
            assert result.exit_code == 0, result.stderr
        passwords.chmod(0o644)
        result = hyper(
            "inspectdb", "--database", url, environment={"PGPASSFILE": str(passwords)}
        )
        check_words(result)
        assert result.exit_code == 2
    finally:
        cluster.run_sql("postgres", "DROP ROLE source_reader")
