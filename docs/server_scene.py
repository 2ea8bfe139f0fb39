"""The scene of a server, as it was first written and repaired."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from time import perf_counter
from typing import Any
from unittest import mock

import gilext
from gilext.lab import web_server
from gilext.recording.holds import Hold, Holds

SHOWN_SECONDS = 0.15
CUT_SECONDS = 0.05  # in which the clients end
REQUESTS = 100
LIMIT = 30_000_000


def record_web_server(interval: float, stalls: float) -> dict[str, Any]:
    """Record the end of each version's work."""
    ends: list[float] = []

    @contextmanager
    def noting_its_end(**options: Any) -> Iterator[gilext.Watch]:
        with gilext.watch(**options) as watched:
            yield watched
            ends.append(perf_counter() - CUT_SECONDS)

    with (
        gilext.watch(interval, stalls, lines=False) as outer,
        mock.patch.object(web_server, "watch", noting_its_end),
    ):
        zero = perf_counter()
        for work in (web_server.count, web_server.count_repaired):
            asyncio.run(web_server._serve_and_ask(work, REQUESTS, LIMIT))
    phases = [
        {"name": name, "start": round(end - zero - SHOWN_SECONDS, 6), "end": round(end - zero, 6)}
        for name, end in zip(("before", "repaired"), ends, strict=True)
    ]
    workers = [one.name for one in outer.recording.by_thread if one.name != "MainThread"]
    lanes = {"event loop": ["MainThread"], "worker thread": workers}
    shown = [(phase["start"], phase["end"]) for phase in phases]
    return {"lanes": lanes, "phases": phases, "result": cut(outer.recording, shown).to_dict()}


def cut(recording: gilext.Recording, shown: Sequence[tuple[float, float]]) -> gilext.Recording:
    """Return a recording with the holds and stalls alone that are shown."""

    def is_shown(hold: Hold) -> bool:
        end = hold.start_seconds + hold.seconds
        return any(hold.start_seconds < last and end > first for first, last in shown)

    return replace(
        recording,
        longest=(),
        holds=Holds.of(list(filter(is_shown, recording.holds))),
        stalls=tuple(stall for stall in recording.stalls if is_shown(stall.hold)),
    )
