"""What a user sees when the database can't be reached or read: what, where, and what to do next."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from harness import Cluster, Hyper, Result
from peers import old_server, server_saying, silent_server, web_server
from snapshot import PASSWORD, check_snapshot, check_words

ROLE = "error_tester"

URL = f"postgres://u:{PASSWORD}@db.example/shop"

SHOP = """
CREATE TABLE customers (id serial PRIMARY KEY, name text);
CREATE TABLE orders (id serial PRIMARY KEY, customer_id integer REFERENCES customers);
CREATE TABLE order_items (order_id integer REFERENCES orders, line_no integer);
CREATE VIEW order_totals AS SELECT 1 AS total;
CREATE SCHEMA inventory;
CREATE TABLE inventory.shelves (id serial PRIMARY KEY);
CREATE SCHEMA accounting;
"""


@pytest.fixture(scope="module")
def shop(cluster: Cluster) -> Iterator[str]:
    """A small database, and a role that needs a password to come in by the network."""
    cluster.run_sql(
        "postgres", f"CREATE ROLE {ROLE} LOGIN PASSWORD '{PASSWORD}' SUPERUSER"
    )
    with cluster.database(SHOP, name="error_shop") as name:
        yield name
    cluster.run_sql("postgres", f"DROP ROLE {ROLE}")


def port_of(cluster: Cluster) -> int:
    """The server's port: the URL itself goes through the local socket."""
    return int(parse_qs(urlsplit(cluster.url("postgres")).query)["port"][0])


def network_url(
    port: int,
    database: str = "error_shop",
    user: str = ROLE,
    password: str = PASSWORD,
    host: str = "127.0.0.1",
) -> str:
    return f"postgres://{user}:{quote(password, safe='')}@{host}:{port}/{database}"


def inspect(
    hyper: Hyper,
    url: str,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
) -> Result:
    return hyper("inspectdb", "--database", url, *arguments, environment=environment)


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_the_network_url_works(hyper: Hyper, cluster: Cluster, shop: str) -> None:
    """Every refusal below is for its own reason."""
    result = inspect(hyper, network_url(port_of(cluster)))
    check_snapshot("errors_none", result)
    assert result.exit_code == 0


def test_nobody_listens(hyper: Hyper) -> None:
    port = unused_port()
    result = inspect(hyper, network_url(port))
    check_snapshot("errors_nobody_listens", result, {str(port): "PORT"})
    assert result.exit_code == 2


def test_unknown_host(hyper: Hyper) -> None:
    # No such name can exist (RFC 2606); what the system says about it is its own.
    result = inspect(hyper, network_url(5432, host="db.example.invalid"))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "db.example.invalid:5432" in result.stderr
    assert "hint: Check the host's name" in result.stderr
    check_snapshot(
        "errors_unknown_host",
        result,
        {result.stderr.split("db.example.invalid:5432: ")[1].split("\n")[0]: "REASON"},
    )


def test_no_socket(hyper: Hyper, tmp_path: Path) -> None:
    result = inspect(hyper, f"postgres://{ROLE}:{PASSWORD}@/shop?host={tmp_path}")
    check_snapshot("errors_no_socket", result, {str(tmp_path): "FOLDER"})
    assert result.exit_code == 2


def test_several_hosts(hyper: Hyper) -> None:
    first, second = unused_port(), unused_port()
    url = f"postgres://{ROLE}:{PASSWORD}@127.0.0.1:{first},localhost:{second}/shop"
    result = inspect(hyper, url)
    assert (result.exit_code, result.stdout) == (2, "")
    for port in (first, second):
        assert f":{port}" in result.stderr
    check_words(result)


def test_refused_password(hyper: Hyper, cluster: Cluster, shop: str) -> None:
    port = port_of(cluster)
    result = inspect(hyper, network_url(port, password=PASSWORD + "-not"))
    check_snapshot("errors_refused_password", result, {str(port): "PORT"})
    assert result.exit_code == 2


def test_missing_password(hyper: Hyper, cluster: Cluster, shop: str) -> None:
    port = port_of(cluster)
    result = inspect(hyper, f"postgres://{ROLE}@127.0.0.1:{port}/{shop}")
    check_snapshot("errors_missing_password", result, {str(port): "PORT"})
    assert result.exit_code == 2


def test_unknown_role(hyper: Hyper, cluster: Cluster, shop: str) -> None:
    port = port_of(cluster)
    result = inspect(hyper, network_url(port, user="nobody_of_that_name"))
    check_snapshot("errors_unknown_role", result, {str(port): "PORT"})
    assert result.exit_code == 2


def test_no_such_database(hyper: Hyper, cluster: Cluster, shop: str) -> None:
    port = port_of(cluster)
    result = inspect(hyper, network_url(port, database="eror_shop"))
    check_snapshot("errors_no_such_database", result, {str(port): "PORT"})
    assert result.exit_code == 2


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("unknown_schema_near", ["--schema", "inventry"]),
        ("unknown_schema", ["--schema", "zzz"]),
        ("unknown_schemas", ["--schema", "public", "inventroy", "acounting"]),
        ("unknown_table_near", ["--table", "ordrs"]),
        ("unknown_table", ["--table", "zzz"]),
        ("unknown_table_elsewhere", ["--table", "inventory.shelfs"]),
        ("unknown_table_pattern", ["--table", "orders", "audit_*"]),
        ("unknown_schema_of_table", ["--table", "inventori.shelves"]),
        ("table_is_a_view", ["--table", "order_totals"]),
        ("bad_timeout", ["--statement-timeout", "soon"]),
        ("unknown_flag", ["--verbos"]),
        ("unknown_short_flag", ["-x"]),
        ("flag_twice", ["--output", "a.py", "--output", "b.py"]),
        ("flag_without_value", ["--output"]),
    ],
)
def test_arguments(
    hyper: Hyper, cluster: Cluster, shop: str, name: str, arguments: list[str]
) -> None:
    port = port_of(cluster)
    result = inspect(hyper, network_url(port), *arguments)
    check_snapshot(f"errors_{name}", result, {str(port): "PORT"})
    assert (result.exit_code, result.stdout) == (2, "")


def test_an_unknown_table_to_leave_out_is_a_warning(
    hyper: Hyper, cluster: Cluster, shop: str
) -> None:
    url = network_url(port_of(cluster))
    result = inspect(hyper, url, "--table", "customers", "--exclude", "zzz")
    check_snapshot("errors_unknown_exclude", result)
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("unknown_command", ["inspectbd"]),
        ("no_command", []),
    ],
)
def test_command_lines(hyper: Hyper, name: str, arguments: list[str]) -> None:
    result = hyper(*arguments)
    check_snapshot(f"errors_{name}", result)
    assert (result.exit_code, result.stdout) == (2, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ["inspectdb", URL],
        ["inspectdb", "--databse", URL],
        [f"--database={URL}", "inspectdb"],
        ["inspectdb", f"--databse={URL}"],
        ["inspectdb", "--statement-timeout", URL],
        ["inspectdb", "--database", URL, "--database", URL],
        ["inspectdb", f"--force={URL}"],
        ["inspectdb", "-x", URL],
        ["inspectdb", f"-d{URL}"],
        ["demo", URL],
        ["completions", URL],
        ["version", URL],
        [URL],
    ],
    ids=lambda arguments: "_".join(arguments).replace(URL, "URL"),
)
def test_a_url_in_the_wrong_place(hyper: Hyper, arguments: list[str]) -> None:
    """A URL belongs behind --database; from elsewhere its password doesn't come back either."""
    result = hyper(*arguments)
    check_words(result)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: ")


@pytest.mark.parametrize(
    "text",
    [
        f"jdbc:postgresql://u:{PASSWORD}@db/shop?ssl=true",
        f"u:{PASSWORD}@db/shop?sslmode=require",
        f"DATABASE_URL=postgres://u:{PASSWORD}@db/shop",
        f"postgres:/u:{PASSWORD}@db/shop?sslmode=require",
        f'"postgres://u:{PASSWORD}@db/shop?sslmode=require"',
        f"u {PASSWORD} host=db",
        f"postgres://u:{PASSWORD}",
        f"postgres://u:{PASSWORD}:5432/shop",
        f"postgres://u:x@db/shop?passwrd={PASSWORD}",
        f"postgres://u:x@db/shop?{PASSWORD}",
        f"postgres://u:x@db/shop?password={PASSWORD}&password",
        f"host=db passwrd={PASSWORD}",
        f"host=db password={PASSWORD} {PASSWORD} port=1",
        f"host=db password='{PASSWORD}''",
    ],
)
def test_a_password_in_a_string_that_cannot_be_read(hyper: Hyper, text: str) -> None:
    """What can't be understood may hold a password anywhere: nothing of it is repeated."""
    result = inspect(hyper, text)
    check_words(result)
    assert (result.exit_code, result.stdout) == (2, "")


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("mysql", f"mysql://root:{PASSWORD}@db:3306/shop"),
        ("mariadb", f"mariadb+pymysql://root:{PASSWORD}@db/shop"),
        ("sqlite", "sqlite:///shop.db"),
        ("sql_server", f"mssql+pyodbc://sa:{PASSWORD}@db/shop"),
        ("oracle", f"oracle://scott:{PASSWORD}@db/orcl"),
        ("mongodb", f"mongodb+srv://u:{PASSWORD}@cluster0.example/shop"),
        ("redis", f"redis://:{PASSWORD}@db:6379/0"),
        ("http", f"https://u:{PASSWORD}@db.example/shop"),
        ("jdbc", f"jdbc:postgresql://db/shop?user=u&password={PASSWORD}"),
        ("sqlalchemy", f"postgresql+psycopg://u:{PASSWORD}@db/shop"),
        ("unknown_scheme", f"postgress://u:{PASSWORD}@db/shop"),
        ("no_scheme", f"u:{PASSWORD}@db/shop"),
        ("bare_word", "shop"),
        ("empty", ""),
        ("bad_port", f"postgres://u:{PASSWORD}@db:port/shop"),
        ("big_port", f"postgres://u:{PASSWORD}@db:70000/shop"),
        ("slash_in_password", f"postgres://u:a/{PASSWORD}@db/shop"),
        ("at_in_password", f"postgres://u:a@{PASSWORD}@db/shop"),
        ("percent_in_password", f"postgres://u:50%{PASSWORD}@db/shop"),
        ("bad_escape", f"postgres://u:%zz{PASSWORD}@db/shop"),
        ("nul", f"postgres://u:%00{PASSWORD}@db/shop"),
        ("open_bracket", f"postgres://u:{PASSWORD}@[::1/shop"),
        ("unknown_setting", f"postgres://u:{PASSWORD}@db/shop?sslmod=require"),
        ("bad_setting", f"postgres://u:{PASSWORD}@db/shop?sslmode=maybe"),
        ("bad_timeout_setting", f"postgres://u:{PASSWORD}@db/shop?connect_timeout=x"),
        ("conninfo_unknown", f"hosst=db password={PASSWORD}"),
        ("conninfo_open_quote", f"host=db password='{PASSWORD}"),
        ("conninfo_no_value", f"host=db password={PASSWORD} dbname"),
    ],
)
def test_urls(hyper: Hyper, name: str, url: str) -> None:
    result = inspect(hyper, url)
    check_snapshot(f"errors_url_{name}", result)
    assert (result.exit_code, result.stdout) == (2, "")


@pytest.mark.parametrize(
    ("name", "peer"),
    [
        ("mail_server", server_saying(b"220 mail.example ESMTP\r\n")),
        ("mysql_server", server_saying(b"\x4a\0\0\0\x0a8.0.36\0\x08\0\0\0abcdefgh\0")),
        ("old_server", old_server("9.6.24")),
        ("server_11", old_server("11.22 (Debian 11.22-1)")),
    ],
)
def test_other_peers(
    hyper: Hyper, name: str, peer: AbstractContextManager[int]
) -> None:
    with peer as port:
        result = inspect(hyper, network_url(port))
    check_snapshot(f"errors_{name}", result, {str(port): "PORT"})
    assert (result.exit_code, result.stdout) == (2, "")


def test_a_web_server(hyper: Hyper) -> None:
    """It waits for the end of a line that never comes; only a limit ends that."""
    with web_server() as port:
        result = inspect(hyper, network_url(port) + "?connect_timeout=2")
    check_snapshot("errors_web_server", result, {str(port): "PORT"})
    assert (result.exit_code, result.stdout) == (2, "")


def test_nobody_waits_for_ever(hyper: Hyper) -> None:
    """Where no connect_timeout is named, there is a limit all the same."""
    with silent_server() as port:
        result = hyper("inspectdb", "--database", network_url(port), timeout=45)
    check_words(result)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"127.0.0.1:{port}" in result.stderr


def test_a_silent_peer_ends_with_connect_timeout(hyper: Hyper) -> None:
    with silent_server() as port:
        start = time.monotonic()
        result = inspect(hyper, network_url(port) + "?connect_timeout=2")
        taken = time.monotonic() - start
    assert 1.5 < taken < 10
    check_snapshot("errors_silent_server", result, {str(port): "PORT"})
    assert result.exit_code == 2


def test_statement_timeout(hyper: Hyper, cluster: Cluster, shop: str) -> None:
    """Somebody holds a catalog table: the command waits as long as it is told to, and no longer."""
    url = network_url(port_of(cluster))
    with cluster.connect(shop) as other, other.transaction():
        other.execute("LOCK TABLE pg_catalog.pg_description IN ACCESS EXCLUSIVE MODE")
        start = time.monotonic()
        result = inspect(hyper, url, "--statement-timeout", "1")
        taken = time.monotonic() - start
    assert 0.9 < taken < 10
    check_snapshot("errors_statement_timeout", result)
    assert (result.exit_code, result.stdout) == (2, "")
    assert inspect(hyper, url, "--statement-timeout", "1").exit_code == 0


def test_a_session_that_is_ended(hyper: Hyper, cluster: Cluster, shop: str) -> None:
    """An administrator ends the session while it waits."""
    url = network_url(port_of(cluster))
    results: list[Result] = []
    with cluster.connect(shop) as other, other.transaction():
        other.execute("LOCK TABLE pg_catalog.pg_description IN ACCESS EXCLUSIVE MODE")
        thread = threading.Thread(target=lambda: results.append(inspect(hyper, url)))
        thread.start()
        with cluster.connect("postgres") as administrator:
            deadline = time.monotonic() + 30
            ended = 0
            while not ended and time.monotonic() < deadline:
                ended = administrator.execute(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                    " WHERE usename = %s AND wait_event_type = 'Lock'",
                    [ROLE],
                ).fetchall()[0][0]
                time.sleep(0.02)
        assert ended == 1
        thread.join()
    check_words(results[0])
    assert (results[0].exit_code, results[0].stdout) == (2, "")
    assert "terminating connection due to administrator command" in results[0].stderr
    assert " hint: " in results[0].stderr
