"""`hyper run` and `hyper routes`: what they load, and what they say where they can't."""

from __future__ import annotations

import os
import signal
import socket
import sys
from pathlib import Path

import httpx
import pytest
from harness import ROOT, Hyper
from servers import hyper_run, running, wait_for

APP = """\
from hyperdjango import HyperApp

app = HyperApp("small")
"""
ROUTES = """\
@app.route("GET", "/hello/{name}")
async def hello(request, name: str):
    return Response.text(f"Hello, {name}")
"""


def write(folder: Path, **files: str) -> Path:
    """A folder with files, named without `.py`."""
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    return folder


def test_routes_find_the_application_without_importing_it(folder: Path) -> None:
    write(folder, app=APP, routes=ROUTES)
    with hyper_run(folder) as server:
        assert httpx.get(f"{server.url}/hello/Ada").text == "Hello, Ada"
        assert server.stop() == 0
    assert "GET /hello/Ada 200" in server.text


def test_routes_that_import_what_they_need_are_loaded_once(folder: Path) -> None:
    imports = "from app import app\nfrom hyperdjango import Response\n\n\n"
    write(folder, app=APP + "\nimport routes\n", routes=imports + ROUTES)
    with hyper_run(folder, "--no-access-log", "--workers", "2") as server:
        assert httpx.get(f"{server.url}/hello/Ada").text == "Hello, Ada"
        assert len(server.workers()) >= 2
        assert server.stop() == 0
    assert "GET /hello" not in server.text


def test_an_application_that_is_run_as_a_program(folder: Path) -> None:
    main = 'if __name__ == "__main__":\n    app.run(port=0, access_log=False)\n'
    text = APP.replace("HyperApp\n", "HyperApp, Response\n") + ROUTES + main
    write(folder, main=text)
    with running([sys.executable, "main.py"], folder) as server:
        assert httpx.get(f"{server.url}/hello/Ada").text == "Hello, Ada"
        assert server.stop() == 0


@pytest.mark.parametrize("reload", [False, True])
def test_app_py_that_is_run_as_a_program_has_its_routes(
    folder: Path, reload: bool
) -> None:
    if reload:
        pytest.importorskip("watchfiles", reason="watchfiles is not installed")
    imports = "import app as module\nassert module.app is app\n"
    run = f"\napp.run(port=0, access_log=False, reload={reload})\n"
    write(folder, app=APP + run, routes=imports + ROUTES)
    with running([sys.executable, "app.py"], folder) as server:
        assert httpx.get(f"{server.url}/hello/Ada").text == "Hello, Ada"
        assert server.stop() == 0


def test_run_in_app_py_does_not_keep_hyper_run_from_it(folder: Path) -> None:
    write(folder, app=APP + "\napp.run(port=1)\n", routes=ROUTES)
    with hyper_run(folder) as server:
        assert httpx.get(f"{server.url}/hello/Ada").text == "Hello, Ada"


def test_ctrl_c_ends_the_server(folder: Path) -> None:
    write(folder, app=APP)
    with hyper_run(folder) as server:
        os.killpg(server.process.pid, signal.SIGINT)
        assert server.process.wait(timeout=30) == 0
    assert "Traceback" not in server.text


def test_a_line_of_the_log_is_one_line(folder: Path) -> None:
    write(folder, app=APP)
    with hyper_run(folder) as server:
        httpx.get(f"{server.url}/a%0d%0ab%1b[31m?token=wordpass")
        assert server.stop() == 0
    assert "GET /a\\r\\nb\\x1b[31m 404" in server.text
    assert "wordpass" not in server.text


def test_a_changed_file_is_loaded_again(folder: Path) -> None:
    pytest.importorskip("watchfiles", reason="watchfiles is not installed")
    write(folder, app=APP, routes=ROUTES)
    with hyper_run(folder, "--reload", "--no-access-log") as server:

        def says(words: str) -> bool:
            try:
                return httpx.get(f"{server.url}/hello/Ada").text == words
            except httpx.TransportError:
                return False

        wait_for(lambda: says("Hello, Ada"))
        write(folder, routes=ROUTES.replace("Hello", "Goodbye"))
        wait_for(lambda: says("Goodbye, Ada"))
        write(folder, routes="def broken(:\n")
        wait_for(lambda: "routes.py, line 1" in server.text)
        write(folder, routes=ROUTES)
        wait_for(lambda: says("Hello, Ada"))


def test_the_routes_are_listed(hyper: Hyper, folder: Path) -> None:
    many = '@app.route(["PUT", "PATCH"], "/x")\ndef change(request):\n    ...\n\n\n'
    write(folder, app=APP, routes=many + ROUTES)
    done = hyper("routes", folder=folder)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == (
        "PUT    /x             change (routes.py:1)\n"
        "PATCH  /x             change (routes.py:1)\n"
        "GET    /hello/{name}  hello (routes.py:6)\n"
    )


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, ["there is no app.py in", 'app = HyperApp("name")']),
        ({"app": "x = (\n"}, ["app.py, line 1: '(' was never closed", "x = ("]),
        ({"app": "x = 1\n"}, ["has no application", 'app = HyperApp("name")']),
        (
            {"app": APP.replace("app =", "one = two =") + 'three = HyperApp("x")\n'},
            ["several applications"],
        ),
        (
            {"app": APP, "routes": "\nnothing.get\n"},
            ["routes.py, line 2: NameError: name 'nothing'", "nothing.get"],
        ),
        (
            {"app": APP, "models": "import missing_package\n"},
            ["models.py, line 1: ModuleNotFoundError: No module named"],
        ),
        (
            {"app": APP, "routes": ROUTES.replace("{name}", "{other}")},
            ["routes.py, line 1", "takes 'name'", "parameters of the path: other"],
        ),
        (
            {"app": APP, "routes": ROUTES + ROUTES},
            ["routes.py, line 4", "GET /hello/{name} has an endpoint already"],
        ),
        (
            {"app": APP, "routes": ROUTES.replace("{name}", "{name:float}")},
            ["kind", "none of int, uuid, str and path"],
        ),
        (
            {"app": APP, "routes": ROUTES.replace('"GET"', '"FETCH"')},
            ["one or several of GET", "'FETCH'"],
        ),
        ({"app": "raise SystemExit(3)\n"}, ["app.py, line 1: SystemExit: 3"]),
    ],
)
@pytest.mark.parametrize("verb", ["run", "routes"])
def test_what_can_not_be_loaded(
    hyper: Hyper, folder: Path, verb: str, files: dict[str, str], words: list[str]
) -> None:
    write(folder, **files)
    done = hyper(verb, folder=folder)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr
    for part in words:
        assert part in done.stderr


def test_a_port_that_is_in_use(hyper: Hyper, folder: Path) -> None:
    write(folder, app=APP)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = hyper("run", "--port", str(port), folder=folder)
    assert done.exit_code == 2
    assert done.stderr.startswith(
        f"error: port {port} of 127.0.0.1 is in use by another program\n hint:"
    )


def test_an_address_that_is_not_this_machine_s(hyper: Hyper, folder: Path) -> None:
    write(folder, app=APP)
    done = hyper("run", "--host", "192.0.2.1", folder=folder)
    assert done.exit_code == 2
    assert done.stderr.startswith("error: 192.0.2.1:8000 can't be listened on:")


def test_a_start_that_fails_says_where(hyper: Hyper, folder: Path) -> None:
    start = """
from hyperdjango.database import Database

@app.on_startup
async def setup():
    db = Database("postgres://user:wordpass@127.0.0.1:1/none")
    await db.connect()
"""
    write(folder, app=APP + start)
    done = hyper("run", "--port", "0", folder=folder)
    assert done.exit_code == 2
    assert "error: on_startup failed in setup (app.py:7): can't reach" in done.stderr
    assert "Traceback" not in done.stderr and "wordpass" not in done.stderr


def test_the_python_of_the_environment_is_used(hyper: Hyper, folder: Path) -> None:
    write(folder, app=APP + "import sys\nprint(sys.prefix)\n")
    done = hyper("routes", folder=folder).check()
    assert done.stdout == f"{ROOT / '.venv'}\n"


def test_a_python_without_the_package(tmp_path: Path, hyper: Hyper) -> None:
    import shutil

    alone = tmp_path / "bin"
    alone.mkdir()
    shutil.copy(hyper.path, alone / "hyper")
    (alone / "python3").write_text(
        f'#!/bin/sh\nexec {sys._base_executable} -S "$@"\n'  # type: ignore[attr-defined]
    )
    (alone / "python3").chmod(0o755)
    done = Hyper(folder=tmp_path, path=alone / "hyper")("routes")
    assert done.exit_code == 2
    assert done.stderr.startswith("error: the package hyperdjango is not usable in")
    assert "pip install hyperdjango-rs" in done.stderr
