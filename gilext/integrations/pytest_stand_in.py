"""A thread that wants the GIL while a test runs, so that a hold that lets none in shows.

A hold is a stall only if somebody waits: Python code that holds the GIL for as long as nobody else
wants it gives it away when somebody requests it. So in a test in which no thread waits, another
one has to request it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType

from gilext._native import StandIn, UnsupportedInterpreter
from gilext.integrations.pytest_contender import GilContender
from gilext.integrations.pytest_core_waits import CoreWaits

STAND_IN = "gilext stand-in"

_PROMPT_SECONDS = 0.001
_MAX_PATIENCE_SECONDS = 2.5e-3
_PATIENCE_SHARE = 8


@dataclass(frozen=True, slots=True)
class Request:
    """A request of the GIL by the stand-in, as seconds of ``time.monotonic()``.

    Attributes
    ----------
    start : float
        Since when the thread that held it had stood at one place of its code.
    requested : float
        When it was requested.
    refused : float
        Since when that thread knew of the request; 0 if it granted it at once.
    granted : float
        When it was granted.
    """

    start: float
    requested: float
    refused: float
    granted: float

    def stall_seconds(self, end: float, others: Callable[[float, float], float]) -> float:
        """Return how long the hold would have kept another thread waiting.

        It is 0 if the GIL was given away as promptly as Python code does it: then the thread stood
        still because each of its samples found the same place of a loop.

        Parameters
        ----------
        end : float
            When the hold was seen to end.
        others : callable
            Returns how much of a span is no doing of the test's.
        """
        if not self.refused:
            return 0.0
        if end - self.refused - others(self.refused, end) <= _PROMPT_SECONDS:
            return 0.0
        return max(0.0, end - self.start - others(self.start, end))


class GilStandIn(CoreWaits):
    """A native thread that requests the GIL when a hold lasts and no thread waits.

    A test in which that doesn't happen isn't disturbed: no thread wants the GIL, and the
    interpreter knows of no other thread.
    """

    name = STAND_IN

    def __init__(self, native: StandIn) -> None:
        super().__init__()
        self._native = native
        self.requests: tuple[Request, ...] = ()

    @property
    def native_id(self) -> int:
        """Its thread's native id; 0 before it runs."""
        return self._native.native_id

    def __enter__(self) -> GilStandIn:
        """Return itself; it has begun."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End it, and take what it saw."""
        self._native.stop()
        self._waits = [
            (start * 1e-9, end * 1e-9, delay * 1e-9) for start, end, delay in self._native.delays()
        ]
        self.requests = tuple(
            Request(*(nanoseconds * 1e-9 for nanoseconds in found))
            for found in self._native.requests()
        )


def patience_for(max_stall: float) -> float:
    """Return for how long a thread has to stand still before the stand-in requests the GIL.

    How long it stood still is how far a stall's length may be off if it made several calls from
    one place. So it is a part of the limit that is tested, though no less than a call may take
    that nobody would mind.
    """
    return min(max_stall / 2, max(_MAX_PATIENCE_SECONDS, max_stall / _PATIENCE_SHARE))


@contextmanager
def gil_wanted(max_stall: float) -> Iterator[GilStandIn | GilContender]:
    """While the block runs, have a thread want the GIL.

    If it is unknown here how many threads wait, that is a Python thread, which requests it all the
    time.
    """
    with _begun(max_stall) or GilContender() as another:
        yield another


def _begun(max_stall: float) -> GilStandIn | None:
    try:
        native = StandIn(patience_for(max_stall))
    except UnsupportedInterpreter:
        return None
    return GilStandIn(native) if native.start() else None
