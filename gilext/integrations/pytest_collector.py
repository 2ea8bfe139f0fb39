"""When the garbage collector ran during a test, which is no doing of that test's own."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic


class CollectorRuns:
    """The collector's runs, in the order of their ends.

    When it runs depends on all that was allocated before, and for how long, on all that exists: a
    test that does nothing may be the one in which it looks at every object of the process.
    """

    def __init__(self) -> None:
        self._start = 0.0
        self._runs: list[tuple[float, float]] = []

    @contextmanager
    def noting(self) -> Iterator[CollectorRuns]:
        """Note the runs while the block lasts."""
        gc.callbacks.append(self._note)
        try:
            yield self
        finally:
            gc.callbacks.remove(self._note)

    def seconds_in(self, start: float, end: float) -> float:
        """Return for how long of a span of ``time.monotonic()`` the collector ran."""
        return sum(
            min(end, until) - max(start, since)
            for since, until in self._runs
            if since < end and start < until
        )

    def _note(self, phase: str, _: dict[str, int]) -> None:
        if phase == "start":
            self._start = monotonic()
        else:
            self._runs.append((self._start, monotonic()))
