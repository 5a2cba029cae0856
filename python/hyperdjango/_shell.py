"""``hyper shell``: a Python prompt with the models and the database, at which ``await`` works."""

from __future__ import annotations

import argparse
import ast
import asyncio
import builtins
import code
import inspect
import os
import sys
import traceback
from contextlib import suppress
from types import FunctionType
from typing import TYPE_CHECKING

from hyperdjango.errors import HyperError

if TYPE_CHECKING:
    from types import CodeType
    from typing import Any, NoReturn

    from hyperdjango.database import Database

# What tracebacks call the code of the command line or of standard input.
_CODE = "<code>"

# The exit status of an error.
_ERROR = 2


def main() -> NoReturn:
    """Run a command line, which the ``hyper`` command has checked.

    Raises:
        SystemExit: always, with the status: 0 done, 2 an error that was reported, or what the code asks for.
    """
    parser = argparse.ArgumentParser(prog="hyper shell")
    parser.add_argument("--models")
    parser.add_argument("--code")
    arguments = parser.parse_args()

    from hyperdjango.app.loading import LoadError
    from hyperdjango.database import Database

    try:
        names, words = _models(arguments.models)
        db = Database(max_size=4)
    except (LoadError, HyperError) as problem:
        _end(problem)
    source = arguments.code
    if source is None and not sys.stdin.isatty():
        source = sys.stdin.read()
    with asyncio.Runner() as runner:
        try:
            runner.run(db.connect())
        except HyperError as problem:
            _end(problem)
        names = {**_names(), **names, "db": db}
        try:
            if source is None:
                _prompt(runner, names, db, words)
                status = 0
            else:
                status = _run_source(runner, names, source)
        finally:
            runner.run(db.disconnect())
    sys.exit(status)


def _end(problem: Exception) -> NoReturn:
    text = str(problem)
    if not text.startswith("error:"):
        # What to do about it stands on a line of its own.
        what, _, hint = text.partition("\n")
        text = f"error: {what}" + (f"\n hint: {hint}" if hint else "")
    sys.stderr.write(f"{text}\n")
    sys.exit(_ERROR)


def _names() -> dict[str, Any]:
    """What the prompt knows besides the models."""
    from hyperdjango.models import F, Q

    own = {"__name__": "__main__", "__builtins__": builtins}
    return {**own, "asyncio": asyncio, "Q": Q, "F": F}


def _models(file: str | None) -> tuple[dict[str, Any], str]:
    """The classes of the models, and what the banner says of them.

    Raises:
        LoadError: the file is missing, is no Python, or fails.
    """
    from hyperdjango.app.loading import LoadError, _classes, _import

    path = os.path.abspath(file or "models.py")
    folder, name = os.path.split(path)
    # A package of models is named as its folder; without a name, models.py comes first.
    module = name.removesuffix(".py") if file is None or name.endswith(".py") else name
    is_package = os.path.isfile(os.path.join(folder, module, "__init__.py"))
    if not os.path.isfile(path) and not is_package:
        if file is None:
            sys.path.insert(0, folder)
            return (
                {},
                "There is no models.py here; hyper inspectdb -o models.py writes one.",
            )
        raise LoadError(
            f"error: there is no file {file}\n"
            " hint: write one with hyper inspectdb --output models.py"
        )
    if not name.endswith(".py") and not is_package:
        raise LoadError(f"error: {file} is no file of Python: its name must end in .py")
    sys.path.insert(0, folder)
    classes = _classes(_import(folder, module, {}))
    listed = ", ".join(sorted(classes))
    if len(listed) > 200:
        listed = listed[:200].rpartition(",")[0] + ", …"
    count = f"{len(classes)} model{'' if len(classes) == 1 else 's'}"
    return classes, f"{count} of {name}: {listed}" if classes else f"{count} in {name}."


def _execute(runner: asyncio.Runner, compiled: CodeType, names: dict[str, Any]) -> None:
    """Run code that may await, in the event loop that the database belongs to."""
    given = FunctionType(compiled, names)()
    if compiled.co_flags & inspect.CO_COROUTINE:
        runner.run(given)


def _show(value: object) -> None:
    """Show what an expression gives. A coroutine that nobody awaited gives nothing, and is said to."""
    if inspect.iscoroutine(value):
        value.close()
        sys.stderr.write(
            f"{value.__qualname__}() was not awaited: write await in front of it\n"
        )
        return
    sys.__displayhook__(value)


def _run_source(runner: asyncio.Runner, names: dict[str, Any], source: str) -> int:
    """Run the lines of a text; the exit status."""
    sys.displayhook = _show
    try:
        tree = ast.parse(source, _CODE)
        # Each expression is shown, as at the prompt.
        whole = ast.Interactive(body=tree.body)
        compiled = compile(whole, _CODE, "single", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except (SyntaxError, ValueError) as problem:
        line = getattr(problem, "lineno", None)
        where = f"line {line} of the code: " if line else ""
        message = getattr(problem, "msg", None) or str(problem)
        sys.stderr.write(f"error: {where}{message}\n")
        return _ERROR
    try:
        _execute(runner, compiled, names)
    except KeyboardInterrupt:
        return 130
    except HyperError as problem:
        line = next(
            (
                frame.lineno
                for frame in reversed(traceback.extract_tb(problem.__traceback__))
                if frame.filename == _CODE
            ),
            None,
        )
        sys.stderr.write(f"error: line {line} of the code: {problem}\n")
        return _ERROR
    except Exception as problem:  # noqa: BLE001 - the code may raise anything
        _complain(problem, _CODE)
        return _ERROR
    return 0


def _complain(problem: BaseException, place: str) -> None:
    """Show an exception from the user's own code on; what is above that is ours."""
    trace = problem.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != place:
        trace = trace.tb_next
    traceback.print_exception(problem.with_traceback(trace))


class _Console(code.InteractiveConsole):
    """A prompt at which ``await`` works, in the event loop that the database belongs to."""

    def __init__(self, runner: asyncio.Runner, names: dict[str, Any]) -> None:
        super().__init__(names)
        self.compile.compiler.flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        self._runner = runner

    def runcode(self, code: CodeType) -> None:
        """Run what was entered; an exception is shown, and the prompt comes back."""
        try:
            _execute(self._runner, code, self.locals)
        except SystemExit:
            raise
        except KeyboardInterrupt:
            self.write("\nKeyboardInterrupt\n")
        except HyperError as problem:
            # What the database or a model refuses is an answer, not a mistake in a program.
            self.write(f"{type(problem).__name__}: {problem}\n")
        except BaseException as problem:  # noqa: BLE001 - what was entered may raise anything
            _complain(problem, self.filename)


def _prompt(
    runner: asyncio.Runner, names: dict[str, Any], db: Database, words: str
) -> None:
    """Ask for lines until the user leaves."""
    from hyperdjango import __version__

    sys.displayhook = _show
    history = _history(names)
    python = sys.version.split()[0]
    banner = (
        f"hyperdjango {__version__}, Python {python}. db is {db.settings}\n"
        f"{words}\nawait works here: await db.query_val('SELECT 1'). Ctrl-D leaves."
    )
    try:
        _Console(runner, names).interact(banner, exitmsg="")
    finally:
        _keep(history)


def _history(names: dict[str, Any]) -> str | None:
    """Have the arrow keys know earlier lines, and the tab key the names; the file that lines are kept in."""
    try:
        import readline
        import rlcompleter
    except ImportError:
        return None
    readline.set_completer(rlcompleter.Completer(names).complete)
    readline.parse_and_bind("tab: complete")
    state = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    path = os.path.join(state, "hyper", "shell_history")
    with suppress(OSError):
        readline.read_history_file(path)
    return path


def _keep(path: str | None) -> None:
    """Keep the last lines, for this user's eyes alone."""
    if path is None:
        return
    import readline

    # A home that can't be written to is no reason to complain at the end.
    with suppress(OSError):
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        readline.set_history_length(2000)
        readline.write_history_file(path)
