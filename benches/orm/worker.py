"""A process that one library works in: reads what to do, a line of JSON each, and answers in the same way."""

from __future__ import annotations

import asyncio
import gc
import importlib
import json
import os
import sys
import time
import traceback
from dataclasses import asdict
from typing import Any

from data import PRODUCTS, new_values
from operations import Result
from peers import Peer

PAGE = os.sysconf("SC_PAGE_SIZE")


def resident() -> int:
    """Bytes of memory of this process."""
    with open("/proc/self/statm") as numbers:
        return int(numbers.read().split()[1]) * PAGE


class Watch:
    """Ticks in the event loop: the longest time between two ticks, and the most memory seen.

    The CPU time between two ticks tells what the process did itself from what others did on its core.
    """

    TICK = 0.001

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.longest = 0.0
        self.memory = self.memory_before = resident()
        self._loop = loop
        self.longest_cpu = 0.0
        self._last = time.perf_counter()
        self._last_cpu = time.process_time()
        self._ticks = 0
        self._handle = loop.call_later(self.TICK, self._tick)

    def _tick(self) -> None:
        now = time.perf_counter()
        self.longest = max(self.longest, now - self._last - self.TICK)
        self._last = now
        cpu = time.process_time()
        self.longest_cpu = max(self.longest_cpu, cpu - self._last_cpu)
        self._last_cpu = cpu
        self._ticks += 1
        if self._ticks % 20 == 0:
            self.memory = max(self.memory, resident())
        self._handle = self._loop.call_later(self.TICK, self._tick)

    def stop(self) -> dict[str, float]:
        """Tick no more; seconds of the longest stalls, bytes that the memory grew by."""
        self._handle.cancel()
        grown = max(self.memory, resident()) - self.memory_before
        return {
            "stall": self.longest,
            "stall_cpu": self.longest_cpu,
            "grown": grown,
        }


class Worker:
    """Does what it is told with a library."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.values = new_values()

    async def arguments(self, name: str, number: int) -> tuple[Any, ...]:
        """What a call of an operation gets."""
        before = getattr(self.peer, f"before_{name}", None)
        if before is not None:
            return (await before(),)
        if name == "by_key":
            return (1 + number * 37 % PRODUCTS,)
        if name == "concurrent":
            return ([1 + key * 37 % PRODUCTS for key in range(256)],)
        if name in ("bulk", "copy"):
            return (self.values,)
        return ()

    async def check(self, name: str, ordered: bool) -> dict[str, Any]:
        """Do it once, and say what came out."""
        work = getattr(self.peer, name, None)
        if work is None:
            return {"missing": True}
        arguments = [await self.arguments(name, 6)]
        result, times = await self._timed(name, work, arguments)
        return asdict(Result.of(result, ordered)) | times

    async def measure(self, name: str, repeats: int) -> dict[str, Any]:
        """Do it so often, and say how many seconds one took: wall and CPU."""
        work = getattr(self.peer, name)
        arguments = [await self.arguments(name, number) for number in range(repeats)]
        _, times = await self._timed(name, work, arguments)
        return times

    async def _timed(
        self, name: str, work: Any, arguments: list[tuple[Any, ...]]
    ) -> tuple[Any, dict[str, Any]]:
        """The last result, and the times."""
        gc.collect()
        watch = None
        result = None
        if name == "stream":
            watch = Watch(asyncio.get_running_loop())
        wall, cpu = time.perf_counter(), time.process_time()
        for each in arguments:
            result = await work(*each)
        cpu = time.process_time() - cpu
        wall = time.perf_counter() - wall
        times = {"wall": wall / len(arguments), "cpu": cpu / len(arguments)}
        return result, times | (watch.stop() if watch else {})

    async def profile(self, name: str, repeats: int) -> dict[str, Any]:
        """Do it so often under Python's profiler, whose table goes to standard error."""
        import cProfile
        import pstats

        work = getattr(self.peer, name)
        arguments = [await self.arguments(name, number) for number in range(repeats)]
        profiler = cProfile.Profile()
        profiler.enable()
        for each in arguments:
            await work(*each)
        profiler.disable()
        pstats.Stats(profiler, stream=sys.stderr).sort_stats("tottime").print_stats(30)
        return {}


async def main(name: str, host: str, port: str) -> None:
    """Work until the input ends."""
    # Some look for the database as soon as they are imported.
    os.environ.update(PGHOST=host, PGPORT=port, PGUSER="postgres", PGDATABASE="bench")
    peer: Peer = importlib.import_module(f"peers.{name}").Peer(host, port)
    await peer.open()
    worker = Worker(peer)
    answers, sys.stdout = sys.stdout, sys.stderr
    print(json.dumps({"ready": True}), file=answers, flush=True)
    # Nothing else goes on in the loop meanwhile: waiting here blocks nobody.
    for line in sys.stdin:
        order = json.loads(line)
        verb = order.pop("do")
        try:
            answer = await getattr(worker, verb)(**order)
        except Exception as problem:  # noqa: BLE001 - whatever a library raises is its result
            traceback.print_exc()
            answer = {"failed": f"{type(problem).__name__}: {problem}"[:300]}
        print(json.dumps(answer), file=answers, flush=True)
    await peer.close()


if __name__ == "__main__":
    if os.environ.get("BENCH_UVLOOP"):
        import uvloop

        uvloop.run(main(*sys.argv[1:]))
    else:
        asyncio.run(main(*sys.argv[1:]))
