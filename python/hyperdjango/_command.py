"""The ``hyper`` console script: hands the command line to the engine, in this process."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

# The exit status of every command that failed.
ERROR = 2


def main() -> NoReturn:
    """Run ``hyper`` with this process's arguments and leave with its exit status.

    The native module does the work. Where it is missing, as in a source tree that was not
    built, the process says so on standard error and leaves with status 2.

    Raises:
        SystemExit: always, with the command's status.
    """
    arguments = sys.argv[1:]
    for argument in arguments:
        if not _is_unicode(argument):
            sys.exit(
                _complain(
                    f"the argument {argument!r} is not valid text; write it in UTF-8"
                )
            )
    try:
        from hyperdjango import _engine
    except ImportError as problem:
        sys.exit(_complain(_missing(problem)))
    _restore_interrupt()
    _name_environment()
    sys.exit(_engine.run_command(arguments))


def _restore_interrupt() -> None:
    """Let Ctrl-C end the process at once.

    Python's own handler only sets a flag, which it reads between two Python instructions; the
    engine runs none until the command is over.
    """
    import signal

    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _name_environment() -> None:
    """Tell the engine in which virtual environment it runs, as an activated one is told.

    The engine looks for server programs there; what the running program is called, which is how
    the native command finds its environment, names the base Python here.
    """
    import os

    if sys.prefix != sys.base_prefix:
        os.environ.setdefault("VIRTUAL_ENV", sys.prefix)


def _is_unicode(argument: str) -> bool:
    """Whether no byte of the argument had to be smuggled in as a lone surrogate (PEP 383)."""
    try:
        argument.encode()
    except UnicodeEncodeError:
        return False
    return True


def _missing(problem: ImportError) -> str:
    return (
        f"the native module hyperdjango._engine can't be loaded: {problem}.\n"
        "Install a built package (pip install hyperdjango-rs), or, in a source tree, build it "
        f"for this Python ({sys.executable}) with: pip install ."
    )


def _complain(message: str) -> int:
    sys.stderr.write(f"error: {message}\n")
    return ERROR
