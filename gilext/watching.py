"""``gilext.watch()``: record who holds the GIL while a block runs."""

from __future__ import annotations

import atexit
import threading
from contextlib import suppress
from math import isfinite
from types import TracebackType
from typing import Any

from gilext._native import Sampler
from gilext.environment import Environment, info
from gilext.recording import (
    Hold,
    Recording,
    Stall,
    ThreadTime,
    held_fraction_of,
    stack_samples,
)
from gilext.stacks import StackFile

DEFAULT_INTERVAL = 200e-6
DEFAULT_STALLS = 0.02
DEFAULT_MEMORY = 64 << 20

_BYTES_A_HOLD = 24
_SHORTEST_INTERVAL = 10e-6
_LONGEST_INTERVAL = 1.0


class UnsupportedInterpreter(RuntimeError):
    """Raised where the interpreter keeps its GIL in a way that gilext doesn't know."""


class Watch:
    """A watch over one block; see `watch`.

    After the block, `recording` has the `Recording`, and its attributes are this object's too.
    """

    def __init__(self, interval: float, stalls: float | None, memory: int) -> None:
        self._interval = interval
        self._stalls = stalls
        self._memory = memory
        self._sampler: Sampler | None = None
        self._stacks: StackFile | None = None
        self._recording: Recording | None = None

    def __enter__(self) -> Watch:
        """Start watching."""
        if self._sampler is not None:
            raise RuntimeError("a watch can be used only once")
        try:
            self._sampler = Sampler(self._interval, self._memory // _BYTES_A_HOLD)
        except NotImplementedError as error:
            raise UnsupportedInterpreter(str(error)) from None
        if self._stalls is not None:
            with suppress(OSError):
                self._stacks = StackFile()
                self._stacks.ask_on(self._sampler, self._stalls)
        atexit.register(self._sampler.stop)
        self._sampler.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop watching, and work out the recording."""
        assert self._sampler is not None
        self._sampler.stop()
        atexit.unregister(self._sampler.stop)
        names = {thread.native_id: thread.name for thread in _known_threads()}
        self._recording = recording_of(
            self._sampler, self._stacks, names, self._interval, self._stalls, info()
        )
        if self._stacks is not None:
            self._stacks.close()

    @property
    def recording(self) -> Recording:
        """The recording, once the block has ended.

        Raises
        ------
        RuntimeError
            Before that.
        """
        if self._recording is None:
            raise RuntimeError("the recording is there when the watched block has ended")
        return self._recording

    def __getattr__(self, name: str) -> Any:
        """Look an attribute up in the recording."""
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.recording, name)


def watch(
    interval: float = DEFAULT_INTERVAL,
    stalls: float | None = DEFAULT_STALLS,
    memory: int = DEFAULT_MEMORY,
) -> Watch:
    """Record who holds the GIL while a ``with`` block runs.

    A native thread looks at the GIL at jittered intervals and never takes it.

    Parameters
    ----------
    interval : float
        Mean seconds between two looks, 10e-6 to 1.
    stalls : float, optional
        A hold of so many seconds or more is a stall, and its Python lines are noted; None for
        no stalls.
    memory : int
        Bytes for the holds one by one; what is longer than that has its totals, its longest
        holds and its histogram, and says from when on the rest is missing.

    Returns
    -------
    Watch
        A context manager; its `Recording` is there when the block has ended.

    Raises
    ------
    TypeError, ValueError
        When an argument has the wrong type or is out of its range.
    UnsupportedInterpreter
        On entering, where the layout of the interpreter's GIL is unknown.
    """
    _check_seconds("interval", interval, _SHORTEST_INTERVAL, _LONGEST_INTERVAL)
    if stalls is not None:
        _check_seconds("stalls", stalls, 2 * interval, float("inf"))
    if not isinstance(memory, int):
        raise TypeError(f"argument 'memory' must be an integer, not {type(memory).__name__}")
    if memory < 0:
        raise ValueError(f"argument 'memory' must be at least 0, not {memory}")
    return Watch(interval, stalls, memory)


def _check_seconds(name: str, value: float, lowest: float, highest: float) -> None:
    if not isinstance(value, int | float):
        raise TypeError(f"argument {name!r} must be a real number, not {type(value).__name__}")
    if not (isfinite(value) and lowest <= value <= highest):
        raise ValueError(f"argument {name!r} must be {lowest:g} to {highest:g}, not {value!r}")


def _known_threads() -> list[threading.Thread]:
    """Return the threads that run and, as far as somebody still has them, those that have ended."""
    # A set of weak references; copying it is one step, and so safe from threads that start.
    dangling = set(getattr(getattr(threading, "_dangling", None), "data", ()))
    ended = [thread for reference in dangling if (thread := reference()) is not None]
    return [*ended, *threading.enumerate()]


def recording_of(
    sampler: Sampler,
    stacks: StackFile | None,
    names: dict[int | None, str],
    interval: float,
    stall_threshold: float | None,
    environment: Environment,
) -> Recording:
    """Work out what a stopped sampler saw."""
    totals = sampler.totals()
    origin = totals["start_ns"]

    def hold_of(item: tuple[int, int, int]) -> Hold:
        start, end, thread = item
        return Hold((start - origin) * 1e-9, (end - start) * 1e-9, thread)

    fraction, error = held_fraction_of(totals)
    detail_ends = totals["detail_ends_ns"]
    raw_holds, raw_longest = sampler.holds(), sampler.longest()
    threshold_ns = (stall_threshold or float("inf")) * 1e9
    long_holds = {hold for hold in (*raw_holds, *raw_longest) if hold[1] - hold[0] >= threshold_ns}
    return Recording(
        seconds=(totals["end_ns"] - origin) * 1e-9,
        held_fraction=fraction,
        held_error=error,
        observed_seconds=totals["observed_ns"] * 1e-9,
        interval_seconds=interval,
        stall_threshold_seconds=stall_threshold or 0.0,
        samples=totals["samples"],
        longest_gap_seconds=totals["longest_gap_ns"] * 1e-9,
        by_thread=tuple(
            ThreadTime(
                name=names.get(native_id, f"thread {native_id}" if native_id else "unknown"),
                ident=ident,
                native_id=native_id,
                held_seconds=held * 1e-9,
                longest_seconds=longest * 1e-9,
                holds=count,
            )
            for ident, native_id, held, count, longest in sampler.threads()
        ),
        longest=tuple(
            sorted(map(hold_of, raw_longest), key=lambda hold: hold.seconds, reverse=True)
        ),
        stalls=_stalls_of(sampler, stacks, sorted(long_holds), hold_of, origin),
        holds=tuple(map(hold_of, raw_holds)),
        holds_complete_seconds=(detail_ends - origin) * 1e-9 if detail_ends else None,
        histogram=tuple(sampler.histogram()),
        environment=environment,
    )


def _stalls_of(
    sampler: Sampler, stacks: StackFile | None, holds: list[Any], hold_of: Any, origin: int
) -> tuple[Stall, ...]:
    requests = sampler.stack_requests()
    read = stacks.read([offset for _, _, offset in requests]) if stacks is not None else []
    taken: dict[int, list[tuple[float, Any]]] = {}
    for (hold_start, asked, _), frames in zip(requests, read, strict=True):
        taken.setdefault(hold_start, []).append(((asked - origin) * 1e-9, frames))
    stalls = []
    for item in holds:
        hold = hold_of(item)
        parts = taken.get(item[0], [])
        samples = stack_samples(hold, [when for when, _ in parts], [frames for _, frames in parts])
        stalls.append(Stall(hold, samples))
    return tuple(stalls)
