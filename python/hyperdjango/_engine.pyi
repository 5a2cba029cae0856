"""The native module: the engine of HyperDjango, written in Rust."""

version: str
"""The version of the distribution, as its Cargo workspace states it."""

def run_command(arguments: list[str], /) -> int:
    """Run the ``hyper`` command in this process.

    Arguments:
        arguments: what follows the program's name on the command line, ``["inspectdb", "-v"]``.

    Returns:
        The exit status: 0 done, 1 differences or findings, 2 an error, already reported.
    """
