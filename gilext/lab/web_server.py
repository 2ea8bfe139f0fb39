"""One long hold in a server's worker thread, and what it does to every other request.

A real asyncio server with a thread pool, and real clients: one asks for work, another for hello.
While the work holds the GIL, the event loop can't answer anybody. The recording names the line;
the repair is one word in it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from gilext._native import count_primes_held, count_primes_released
from gilext.core.checks import check_count
from gilext.core.environment import info
from gilext.lab.lesson import Lesson
from gilext.recording.results import Recording
from gilext.recording.watch import watch

_STALLS_SECONDS = 0.01
_PAUSE_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class ServedWay:
    """What the clients saw of one version of the server.

    Attributes
    ----------
    version : str
        ``"before"`` or ``"repaired"``.
    p50_seconds, p99_seconds : float
        What /hello took: half of the answers, and 99 of 100, took no longer.
    held_fraction : float or None
        For how much of the time the GIL was held.
    longest_hold_seconds : float
        The longest hold.
    stalls : int
        Holds of 10 ms and more.
    line : str
        The line that most of their time was spent in.
    """

    version: str
    p50_seconds: float
    p99_seconds: float
    held_fraction: float | None
    longest_hold_seconds: float
    stalls: int
    line: str


def count(limit: int) -> int:
    """Do the work as it was first written."""
    return count_primes_held(limit)


def count_repaired(limit: int) -> int:
    """Do the same work, and let others run while it lasts."""
    return count_primes_released(limit)


def serve_before_and_after(requests: int = 100, limit: int = 20_000_000) -> Lesson:
    """Serve hello beside work that holds the GIL, and beside the same work repaired.

    Parameters
    ----------
    requests : int
        How often to ask for hello, 10 at least.
    limit : int
        The work counts the primes up to this: some tens of milliseconds by default.

    Returns
    -------
    Lesson
        With a `ServedWay` for each version.

    Raises
    ------
    ValueError
        When `requests` is less than 10.
    UnsupportedInterpreter
        Where the layout of the interpreter's GIL is unknown.
    """
    requests = check_count("requests", requests, 10)
    before = _served("before", count, requests, limit)
    after = _served("repaired", count_repaired, requests, limit)
    environment = info()
    if environment.gil_enabled:
        sentence = (
            f"While {before.line} holds the GIL, 1 of 100 answers takes more than "
            f"{before.p99_seconds * 1e3:.0f} ms; repaired, {after.p99_seconds * 1e3:.0f} ms."
        )
    else:
        sentence = (
            "Without a GIL the work hinders nobody: 1 of 100 answers takes more than "
            f"{before.p99_seconds * 1e3:.0f} ms before and {after.p99_seconds * 1e3:.0f} ms after."
        )
    return Lesson(
        title=f"/hello, {requests} times, beside a client that asks for work in a thread pool",
        rows=(before, after),
        sentence=sentence,
        shown=environment.gil_enabled
        and before.p99_seconds > 1.5 * after.p99_seconds
        and before.longest_hold_seconds > after.longest_hold_seconds
        and "count" in before.line,
        environment=environment,
    )


def _served(version: str, work: Callable[[int], int], requests: int, limit: int) -> ServedWay:
    seconds, recording = asyncio.run(_serve_and_ask(work, requests, limit))
    lines = recording.stall_lines()
    return ServedWay(
        version=version,
        p50_seconds=seconds[len(seconds) // 2],
        p99_seconds=seconds[len(seconds) * 99 // 100],
        held_fraction=recording.held_fraction,
        longest_hold_seconds=max((hold.seconds for hold in recording.longest), default=0.0),
        stalls=len(recording.stalls),
        line=(
            f"{Path(lines[0].frame.file).name}:{lines[0].frame.line} {lines[0].frame.function}"
            if lines
            else "-"
        ),
    )


async def _serve_and_ask(
    work: Callable[[int], int], requests: int, limit: int
) -> tuple[list[float], Recording]:
    with ThreadPoolExecutor(2) as pool:

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            path = (await reader.readline()).split()[1]
            body = "hello"
            if path == b"/work":
                loop = asyncio.get_running_loop()
                body = str(await loop.run_in_executor(pool, work, limit))
            writer.write(f"HTTP/1.0 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
            await writer.drain()
            writer.close()
            await writer.wait_closed()

        async with await asyncio.start_server(answer, "localhost", 0) as server:
            port = server.sockets[0].getsockname()[1]
            with watch(stalls=_STALLS_SECONDS) as watched:
                seconds = await _ask_beside_work(port, requests)
    return sorted(seconds), watched.recording


async def _ask_beside_work(port: int, requests: int) -> list[float]:
    is_over = False

    async def keep_asking_for_work() -> None:
        while not is_over:
            await _get(port, "/work")

    other = asyncio.create_task(keep_asking_for_work())
    seconds = []
    for _ in range(requests):
        seconds.append(await _get(port, "/hello"))
        await asyncio.sleep(_PAUSE_SECONDS)
    is_over = True
    await other
    return seconds


async def _get(port: int, path: str) -> float:
    start = perf_counter()
    reader, writer = await asyncio.open_connection("localhost", port)
    writer.write(f"GET {path} HTTP/1.0\r\n\r\n".encode())
    await reader.read()
    seconds = perf_counter() - start
    writer.close()
    await writer.wait_closed()
    return seconds
