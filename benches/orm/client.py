"""Starts a library's process on the clients' core, and asks it for one thing at a time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

HERE = Path(__file__).resolve().parent
PACKAGE = HERE.parent.parent / "python"


def cores() -> tuple[set[int], set[int]]:
    """The core of the server and the core of the clients; all of them where there is only one."""
    found = sorted(os.sched_getaffinity(0))
    if len(found) < 2:
        return set(found), set(found)
    return {found[0]}, {found[1]}


@contextmanager
def pinned(to: set[int]) -> Iterator[None]:
    """Start processes on these cores: they inherit where this one may run."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, to)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def environment(uvloop: bool = False) -> dict[str, str]:
    """What a client's process needs to know."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    more = {"LANG": "C.UTF-8", "PYTHONPATH": f"{HERE}:{PACKAGE}"}
    return kept | more | ({"BENCH_UVLOOP": "1"} if uvloop else {})


class Failed(Exception):
    """A library could not do what it was asked; the text says why."""


class Client:
    """A library's process."""

    def __init__(self, name: str, host: str, port: str, uvloop: bool) -> None:
        self.name = name
        _, own = cores()
        with pinned(own):
            self._process = subprocess.Popen(
                [sys.executable, str(HERE / "worker.py"), name, host, port],
                env=environment(uvloop),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )

    def ready(self) -> None:
        """Wait until it is connected."""
        self._answer()

    def ask(self, verb: str, **details: Any) -> dict[str, Any]:
        """Have it do something, and wait for the answer.

        Raises:
            Failed: it could not, or its process has ended.
        """
        assert self._process.stdin is not None
        try:
            print(
                json.dumps({"do": verb, **details}),
                file=self._process.stdin,
                flush=True,
            )
        except BrokenPipeError:
            raise Failed("its process has ended") from None
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise Failed("its process has ended")
        answer: dict[str, Any] = json.loads(line)
        if "failed" in answer:
            raise Failed(answer["failed"])
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._process as process:
            if process.stdin is not None and not process.stdin.closed:
                process.stdin.close()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
