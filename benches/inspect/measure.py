"""Measures runs of a command: wall time, CPU time, peak memory, the machine's load."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

LAUNCHER = Path(__file__).with_name("launcher.py")


class Stopped(Exception):
    """A command went on for longer than its limit, and was ended."""


class Failed(Exception):
    """A command's exit status was not zero. The text is the last that it said."""


@dataclass(frozen=True)
class Run:
    """What one run of a command took."""

    wall: float
    """Seconds from start to end."""
    cpu: float
    """Seconds of CPU of the command and the processes that it waited for."""
    memory: int
    """Peak resident memory in bytes."""
    load: float
    """The load average of one minute when it started."""


@dataclass
class Runs:
    """All runs of one tool on one database, by round."""

    by_round: dict[int, Run] = field(default_factory=dict)
    statements: int | None = None
    note: str | None = None
    """Why there are no runs."""

    @property
    def walls(self) -> list[float]:
        """Wall times in seconds, in the order of the rounds."""
        return [run.wall for run in self.by_round.values()]

    @property
    def wall(self) -> float:
        """The median of the wall times, in seconds."""
        return median(self.walls)

    @property
    def cpu(self) -> float:
        """The median of the CPU times, in seconds."""
        return median(run.cpu for run in self.by_round.values())

    @property
    def memory(self) -> int:
        """The highest peak of all runs, in bytes."""
        return max(run.memory for run in self.by_round.values())

    @property
    def load(self) -> float:
        """The median of the load averages."""
        return median(run.load for run in self.by_round.values())

    def wall_beside(self, other: "Runs") -> float:
        """This one's wall time over the other's: the median of the rounds of both.

        A round's runs follow each other closely: what else the machine does slows both.
        """
        return median(
            run.wall / other.by_round[number].wall
            for number, run in self.by_round.items()
            if number in other.by_round
        )


def measure(
    command: list[str], environment: dict[str, str], folder: Path, limit: float
) -> Run:
    """Runs a command in a folder, with the files `output` and `errors` there.

    Raises `Stopped` after `limit` seconds, and `Failed` if the exit status isn't zero.
    """
    read_end, write_end = os.pipe()
    load = os.getloadavg()[0]
    launcher = [sys.executable, "-I", "-S", str(LAUNCHER), str(write_end)]
    with (
        open(folder / "output", "wb") as output,
        open(folder / "errors", "wb") as errors,
        open(read_end) as report,
    ):
        process = subprocess.Popen(
            [*launcher, *command],
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            pass_fds=[write_end],
            start_new_session=True,
        )
        os.close(write_end)
        try:
            process.wait(limit)
        except subprocess.TimeoutExpired:
            raise Stopped(f"stopped after {limit:.0f} s") from None
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        words = report.read().split()
    if len(words) != 4 or words[3] != "0":
        last = (folder / "errors").read_text(errors="replace").strip().split("\n")[-1]
        raise Failed(last or "it said nothing")
    return Run(
        wall=int(words[0]) / 1e9,
        cpu=float(words[1]),
        memory=int(words[2]) * 1024,
        load=load,
    )
