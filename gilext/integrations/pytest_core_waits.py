"""When the thread that holds the GIL has no core: the machine's doing, and not the test's."""

from __future__ import annotations

from bisect import bisect_right

MIN_WAIT_SECONDS = 0.0005  # shorter ones aren't noted


class CoreWaits:
    """Spans of ``time.monotonic()`` in order, and for how long in each a core was waited for."""

    def __init__(self) -> None:
        self._waits: list[tuple[float, float, float]] = []

    def core_wait_seconds(self, start: float, end: float) -> float:
        """Return for how long at most, of a span, a core was waited for."""
        seconds = 0.0
        for place in range(bisect_right(self._waits, start, key=_until), len(self._waits)):
            since, until, waited = self._waits[place]
            if since >= end:
                break
            seconds += min(waited, min(end, until) - max(start, since))
        return seconds


def _until(wait: tuple[float, float, float]) -> float:
    return wait[1]
