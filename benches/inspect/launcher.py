"""Runs one command and reports what it used: `launcher.py DESCRIPTOR COMMAND…`.

Linux counts the memory of the process that starts a command into the command's own
peak, so that process must be small: this one imports nothing but built-in modules, and
stays under 9 MB.
"""

import posix
import sys
from time import perf_counter_ns

report, command = int(sys.argv[1]), sys.argv[2:]
posix.set_inheritable(report, False)
start = perf_counter_ns()
child = posix.posix_spawnp(command[0], command, posix.environ)
_, status, usage = posix.wait4(child, 0)
wall = perf_counter_ns() - start
cpu = usage.ru_utime + usage.ru_stime
code = posix.waitstatus_to_exitcode(status)
posix.write(report, f"{wall} {cpu} {usage.ru_maxrss} {code}".encode())
