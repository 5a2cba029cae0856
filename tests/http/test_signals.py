"""Signals of a server that starts or ends: none is lost, and none waits for another."""

from __future__ import annotations

import subprocess
import sys

FORKS = 50

# The handlers are those of a server, which take note and go on; they are for a whole process, so it is one of its own.
PROGRAM = f"""
import os, signal, time
from hyperdjango.app import signals

for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda *arguments: None)
signals.end_new_workers()
ends = []
for turn in range({FORKS}):
    worker = os.fork()
    if worker == 0:
        time.sleep(2)
        os._exit(0)
    number = (signal.SIGINT, signal.SIGTERM)[turn % 2]
    # Most likely before the new process has run at all.
    os.kill(worker, number)
    ends.append(os.WTERMSIG(os.waitpid(worker, 0)[1]) == number)
os.kill(os.getpid(), signal.SIGTERM)
print(sum(ends))
"""


def test_a_signal_before_a_worker_runs() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode) == (f"{FORKS}\n", 0), done.stderr


# Two signals right behind each other, as Ctrl-C and the end of a parent give them, while the main thread waits.
PAIRS = """
import os, signal, threading, time
from hyperdjango.app.signals import Interruption

event = Interruption()
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda *arguments: event.set())

def send():
    time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGINT)
    os.kill(os.getpid(), signal.SIGTERM)

for turn in range(50):
    thread = threading.Thread(target=send)
    thread.start()
    event.wait()
    thread.join()
    event.clear()
print("ended")
"""


def test_signals_that_meet() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PAIRS],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("ended\n", 0), done.stderr
