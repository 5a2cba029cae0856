"""Connections over TLS, in small pieces, cut at any byte, and servers that come back."""

from __future__ import annotations

import asyncio
import gc
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hyperdjango.database import Database
from hyperdjango.errors import (
    ConnectionFailed,
    ConnectionLost,
    InterfaceError,
    OperationalError,
)
from loops import Run
from proxy import Proxy
from test_pool import settle

# A handshake that the client breaks off leaves a half-made writer of asyncio's own behind, which complains later.
pytestmark = pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """Have such complaints come in the test that they belong to."""
    yield
    gc.collect()


def local_socket(url: str) -> str:
    """The path of the server's local socket."""
    settings = parse_qs(urlsplit(url).query)
    return f"{settings['host'][0]}/.s.PGSQL.{settings['port'][0]}"


def through(proxy: Proxy, url: str, settings: str = "") -> str:
    """The URL of the same database by way of a proxy."""
    return f"postgres://postgres@127.0.0.1:{proxy.port}{urlsplit(url).path}?{settings}"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a certificate for 127.0.0.1 and its key; there is another one beside it."""
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    for name in (file, f"{file}.other"):
        command = (
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
            f" -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 -keyout {name}.key -out {name}.crt"
        )
        subprocess.run(command.split(), check=True, capture_output=True)
    file.write_bytes(
        Path(f"{file}.key").read_bytes() + Path(f"{file}.crt").read_bytes()
    )
    return file


def test_tls(url: str, run: Run, certificate: Path) -> None:
    async def check() -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        proxy = Proxy(local_socket(url), tls=context)
        await proxy.start()
        verified = f"sslmode=verify-full&sslrootcert={certificate}.crt"
        async with Database(through(proxy, url, verified), max_size=3) as database:
            async with database.transaction() as transaction:
                assert transaction.connection is not None
                assert transaction.connection.encrypted
            # Much in both directions at once, and a cancellation, which is encrypted as well.
            text = "x" * 3_000_000
            texts = await asyncio.gather(
                *(database.query_val("SELECT $1::text", text) for _ in range(5))
            )
            assert texts == [text] * 5
            task = asyncio.create_task(database.query("SELECT pg_sleep(1000)"))
            await asyncio.sleep(0.1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await settle(database)
        with pytest.raises(ConnectionFailed, match="no TLS with the server"):
            other = f"sslmode=verify-full&sslrootcert={certificate}.other.crt"
            await Database(through(proxy, url, other)).connect()
        await proxy.stop()

    run(check())


def test_small_pieces(url: str, run: Run) -> None:
    async def check() -> None:
        proxy = Proxy(local_socket(url), piece=1)
        await proxy.start()
        plain = through(proxy, url, "sslmode=disable")
        async with Database(plain, max_size=2) as database:
            for _ in range(3):
                rows = await database.query(
                    "SELECT n, 'x' t FROM generate_series(1, 30) n"
                )
                assert [row["n"] for row in rows] == list(range(1, 31))
        await proxy.stop()

    run(check())


def test_connections_cut_at_any_byte(url: str, run: Run) -> None:
    async def check() -> None:
        proxy = Proxy(local_socket(url), piece=7)
        await proxy.start()
        plain = through(proxy, url, "sslmode=disable&connect_timeout=5")
        outcomes = set()
        for after in range(0, 1400, 37):
            proxy.passed, proxy.cut_after = 0, after
            database = Database(plain, min_size=0, max_size=1)
            await database.connect()
            try:
                rows = await asyncio.wait_for(
                    database.query("SELECT n FROM generate_series(1, 40) n"), 10
                )
            except (ConnectionFailed, ConnectionLost) as problem:
                outcomes.add(type(problem))
            else:
                outcomes.add(list)
                assert len(rows) == 40
            proxy.cut_after = None
            # What was lost is replaced.
            assert await database.query_val("SELECT 1") == 1
            await database.disconnect()
        assert outcomes == {ConnectionFailed, ConnectionLost, list}
        await proxy.stop()

    run(check())


def test_a_server_that_goes_and_comes_back(url: str, run: Run) -> None:
    async def check() -> None:
        proxy = Proxy(local_socket(url))
        await proxy.start()
        plain = through(proxy, url, "sslmode=disable")
        async with Database(plain, min_size=3, max_size=3) as database:
            running = [
                asyncio.create_task(database.query("SELECT pg_sleep(30)"))
                for _ in range(5)
            ]
            await asyncio.sleep(0.1)
            await proxy.stop()
            results = await asyncio.gather(*running, return_exceptions=True)
            assert all(isinstance(result, OperationalError) for result in results)
            assert any(isinstance(result, ConnectionLost) for result in results)
            with pytest.raises(ConnectionFailed, match="Nothing listens there"):
                await database.query("SELECT 1")
            await proxy.start()
            values = await asyncio.gather(
                *(database.query_val("SELECT $1::int", n) for n in range(20))
            )
            assert values == list(range(20))
            # A transaction whose connection is lost says so.
            with pytest.raises(ConnectionLost):
                async with database.transaction():
                    proxy.cut()
                    await asyncio.sleep(0.05)
                    await database.query("SELECT 1")
            with pytest.raises(InterfaceError, match="connection was lost"):
                async with database.transaction():
                    proxy.cut()
                    await asyncio.sleep(0.05)
            assert await database.query_val("SELECT 1") == 1
            await settle(database)
        await proxy.stop()

    run(check())
