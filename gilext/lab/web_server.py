"""One long hold in a server's worker thread, and what it does to every other request.

An asyncio server with a thread pool, and two clients in processes of their own: one requests a
long computation, the other just a greeting. While the computation holds the GIL, the event loop
can't answer. The recording names the line; the repair changes a single word in it.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from gilext._native import count_primes_held, count_primes_released
from gilext.core.checks import check_count
from gilext.core.environment import info
from gilext.core.import_paths import paths_for_children
from gilext.lab.lesson import Lesson
from gilext.recording.parts import Frame
from gilext.recording.results import Recording
from gilext.recording.watch import watch

_STALLS_SECONDS = 0.01
_PAUSE_SECONDS = 0.003
_MIN_REQUESTS = 100  # fewer have no 99th percentile


@dataclass(frozen=True, slots=True)
class ServedWay:
    """What the clients saw of one version of the server.

    Attributes
    ----------
    version : str
        ``"before"`` or ``"repaired"``.
    p50_seconds, p99_seconds : float
        What /hello took: half of the answers, and 99 of 100, took no longer.
    slowest_seconds : float
        What the slowest took.
    held_fraction : float or None
        For how much of the time the GIL was held. It and the next two are None without a GIL.
    longest_hold_seconds : float or None
        The longest hold.
    stalls : int or None
        Waits of 10 ms and more during which the work held the GIL.
    line : str or None
        The line of the work in which it did for most of that time; None if it didn't.
    """

    version: str
    p50_seconds: float
    p99_seconds: float
    slowest_seconds: float
    held_fraction: float | None
    longest_hold_seconds: float | None
    stalls: int | None
    line: str | None


def count(limit: int) -> int:
    """Do the work as it was first written."""
    return count_primes_held(limit)


def count_repaired(limit: int) -> int:
    """Do the same work, and let other threads run until it is done."""
    return count_primes_released(limit)


def serve_before_and_after(requests: int = 150, limit: int = 30_000_000) -> Lesson:
    """Serve hello while work holds the GIL, and while the same work, repaired, releases it.

    Parameters
    ----------
    requests : int
        How often to request hello, 100 at least.
    limit : int
        The work counts the primes up to this: some ten milliseconds by default.

    Returns
    -------
    Lesson
        With a `ServedWay` for each version.

    Raises
    ------
    ValueError
        When `requests` is less than 100.
    UnsupportedInterpreter
        When the layout of the interpreter's GIL is unknown.
    """
    requests = check_count("requests", requests, _MIN_REQUESTS)
    environment = info()
    has_gil = environment.gil_enabled
    before = _served("before", count, requests, limit, has_gil)
    after = _served("repaired", count_repaired, requests, limit, has_gil)
    return Lesson(
        title=f"/hello, {requests} times, while another client requests work in a thread pool",
        rows=(before, after),
        sentence=_sentence(before, after, has_gil),
        shown=_is_shown(before, after) if has_gil else None,
        environment=environment,
        notes=("Half of the answers took no longer than p50, and 99 of 100 no longer than p99.",),
    )


def _is_shown(before: ServedWay, after: ServedWay) -> bool:
    """Return whether the work delays answers, is named, and doesn't any more when repaired."""
    assert before.stalls is not None and after.stalls is not None
    assert before.longest_hold_seconds is not None and after.longest_hold_seconds is not None
    return (
        before.stalls > after.stalls
        and before.p99_seconds > after.p99_seconds
        and before.longest_hold_seconds > after.longest_hold_seconds
    )


def _sentence(before: ServedWay, after: ServedWay, has_gil: bool) -> str:
    then, now = (f"{row.p99_seconds * 1e3:.1f} ms" for row in (before, after))
    if not has_gil:
        return (
            f"There is no GIL here for the work to hold: 99 of 100 answers take up to {then} before "
            f"and up to {now} after the repair."
        )
    answers = f"99 of 100 answers take up to {then}; after the repair, up to {now}"
    if before.line is None:
        return f"The recording saw no stall of {_STALLS_SECONDS * 1e3:g} ms this time; {answers}."
    return f"While {before.line} holds the GIL, {answers}."


def _served(
    version: str, work: Callable[[int], int], requests: int, limit: int, has_gil: bool
) -> ServedWay:
    seconds, recording = asyncio.run(_serve_and_ask(work, requests, limit))
    stalls, frame = _stalls_in(recording, work.__name__)
    return ServedWay(
        version=version,
        p50_seconds=percentile(seconds, 50),
        p99_seconds=percentile(seconds, 99),
        slowest_seconds=seconds[-1],
        held_fraction=recording.held_fraction if has_gil else None,
        longest_hold_seconds=(
            max((hold.seconds for hold in recording.longest), default=0.0) if has_gil else None
        ),
        stalls=stalls if has_gil else None,
        line=None if frame is None else f"{Path(frame.file).name}:{frame.line} {frame.function}",
    )


def percentile(ascending: list[float], percent: int) -> float:
    """Return the smallest of the values that so many percent of them don't exceed."""
    return ascending[ceil(len(ascending) * percent / 100) - 1]


def _stalls_in(recording: Recording, function: str) -> tuple[int, Frame | None]:
    """Return how many stalls a function of this module caused, and its line."""
    frames = [
        frame
        for stall in recording.stalls
        for frame in dict.fromkeys(stack.frames[0] for stack in stall.stacks if stack.frames)
        if frame.function == function and Path(frame.file).name == Path(__file__).name
    ]
    return len(frames), max(frames, key=frames.count, default=None)


async def _serve_and_ask(
    work: Callable[[int], int], requests: int, limit: int
) -> tuple[list[float], Recording]:
    with ThreadPoolExecutor(2) as pool:

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            path = (await reader.readuntil(b"\r\n\r\n")).split()[1]
            body = "hello"
            if path == b"/work":
                loop = asyncio.get_running_loop()
                body = str(await loop.run_in_executor(pool, work, limit))
            writer.write(f"HTTP/1.0 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
            await writer.drain()
            writer.close()
            await writer.wait_closed()

        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            async with _client(port, "work"):
                with watch(stalls=_STALLS_SECONDS) as watched:
                    pause = str(_PAUSE_SECONDS)
                    async with _client(port, "hello", str(requests), pause) as client:
                        assert client.stdout is not None
                        seconds = json.loads(await client.stdout.readline())
    return sorted(seconds), watched.recording


@asynccontextmanager
async def _client(port: int, *arguments: str) -> AsyncIterator[Process]:
    """Run a client until the block ends; it ends itself when its standard input does."""
    environment = os.environ | {"PYTHONPATH": paths_for_children()}
    command = (sys.executable, "-P", "-m", "gilext.lab.web_client", str(port), *arguments)
    client = await create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, env=environment)
    try:
        yield client
    finally:
        await client.communicate(b"")  # before 3.12, only input closes standard input
