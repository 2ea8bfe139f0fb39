"""What a call that stays attached does to a collection in another thread.

A build without a GIL has no lock that such a call could keep. But the collector has to stop the
world: it asks all other threads to pause, and a thread in C that stays attached doesn't hear that
before its call returns. All who have paused wait with the collector. With a GIL they wait too, for
the GIL, and even if nobody collects.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter, sleep

from gilext._native import hold_for, release_for
from gilext.core.checks import check_count, check_seconds
from gilext.core.environment import info
from gilext.core.medians import median
from gilext.core.units import in_words
from gilext.lab.lesson import Lesson, in_threads

_EARLY = 0.1  # the collection is due after this part of the call
_STEP_SECONDS = 1e-3
_MIN_PAUSE_SECONDS = 1e-5

_Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class LongCall:
    """Calls of one kind, and what other threads could do while they ran.

    Attributes
    ----------
    call : str
        Whether it stays attached, and whether another thread collects.
    call_seconds : float
        How long a call took, the median.
    collected_during : int or None
        In how many of the calls the collection was over before the call was; None if nobody
        collected.
    collection_wait_seconds : float or None
        From when it was due until it was over, the median.
    longest_pause_seconds : float
        The longest pause of a third thread that computes in Python during a call, the median.
    """

    call: str
    call_seconds: float
    collected_during: int | None
    collection_wait_seconds: float | None
    longest_pause_seconds: float


def collect_during_a_call(seconds: float = 0.1, rounds: int = 5) -> Lesson:
    """Collect garbage while another thread is in a long call of C, attached and detached.

    Parameters
    ----------
    seconds : float
        How long a call takes, above 0.
    rounds : int
        How many calls of each kind, in turn.

    Returns
    -------
    Lesson
        With a `LongCall` for each kind of call.

    Raises
    ------
    ValueError
        When an argument is out of its range.
    """
    seconds = check_seconds("seconds", seconds, 0, 60, is_open=True)
    rounds = check_count("rounds", rounds)
    kinds: tuple[tuple[str, Callable[[float], float], bool], ...] = (
        ("attached, nobody collects", hold_for, False),
        ("attached, another thread collects", hold_for, True),
        ("detached, another thread collects", release_for, True),
    )
    gc.collect()
    seen = [[_Call(call, seconds, collects) for _, call, collects in kinds] for _ in range(rounds)]
    rows = tuple(
        _row(kind, list(calls), collects)
        for (kind, _, collects), calls in zip(kinds, zip(*seen, strict=True), strict=True)
    )
    environment = info()
    _, attached, detached = rows
    return Lesson(
        title=f"a collection during a call of {in_words(seconds)} in another thread",
        rows=rows,
        sentence=sentence_of(rows, rounds, environment.gil_enabled),
        shown=attached.collected_during == 0 < (detached.collected_during or 0),
        environment=environment,
        notes=(
            f"collected during: in how many of {rounds} calls the collection was over before the "
            "call was. collection wait: from when it was due until it was over.",
            "longest pause: of a third thread, which computes in Python, during a call. On a busy "
            "machine, waits for a core are in it.",
        ),
    )


def sentence_of(rows: tuple[LongCall, ...], rounds: int, has_gil: bool) -> str:
    """Return what the rows show."""
    quiet, attached, detached = rows
    said = (
        f"During a call that stays attached, the collection was over before the call in "
        f"{attached.collected_during} of {rounds} runs; during one that detaches, in "
        f"{detached.collected_during}. "
    )
    paused = in_words(attached.longest_pause_seconds)
    if has_gil:
        return (
            f"{said}It waits for the GIL, and so does the third thread, even if nobody collects: "
            f"that one paused for {in_words(quiet.longest_pause_seconds)} then, and for {paused} "
            "with the collection."
        )
    return (
        f"{said}There is no GIL here: the collector stops the world, and waits for the attached "
        f"thread. The third thread stops at once, and waits too: it paused for {paused}, and for "
        f"{in_words(quiet.longest_pause_seconds)} if nobody collects."
    )


class _Call:
    """One call, a thread that may collect while it runs, and one that computes."""

    def __init__(self, call: Callable[[float], float], seconds: float, collects: bool) -> None:
        self._call, self._seconds, self._collects = call, seconds, collects
        self._start: float | None = None
        self._has_ended = False
        self._pauses: list[_Span] = []
        self.took = self._due = self._over = 0.0
        in_threads(3, lambda index: (self._run, self._collect, self._compute)[index]())

    @property
    def span(self) -> _Span:
        """When it ran. Its thread may be paused before it can tell the end, which is computed."""
        assert self._start is not None
        return self._start, self._start + self.took

    @property
    def collected_during(self) -> bool:
        return self._over < self.span[1]

    @property
    def collection_wait_seconds(self) -> float:
        return self._over - self._due

    @property
    def longest_pause_seconds(self) -> float:
        start, end = self.span
        return max(min(after, end) - max(before, start) for before, after in self._pauses)

    def _run(self) -> None:
        self._start = perf_counter()
        self.took = self._call(self._seconds)
        self._has_ended = True

    def _collect(self) -> None:
        while self._start is None:
            sleep(_STEP_SECONDS)
        self._due = self._start + self._seconds * _EARLY
        sleep(max(0.0, self._due - perf_counter()))
        if self._collects:
            gc.collect()
        self._over = perf_counter()

    def _compute(self) -> None:
        before = 0.0  # it wants to run from the beginning
        while not self._has_ended:
            now = perf_counter()
            if now - before > _MIN_PAUSE_SECONDS:
                self._pauses.append((before, now))
            before = now
        self._pauses.append((before, perf_counter()))


def _row(call: str, calls: list[_Call], collects: bool) -> LongCall:
    return LongCall(
        call=call,
        call_seconds=median(one.took for one in calls),
        collected_during=sum(one.collected_during for one in calls) if collects else None,
        collection_wait_seconds=(
            median(one.collection_wait_seconds for one in calls) if collects else None
        ),
        longest_pause_seconds=median(one.longest_pause_seconds for one in calls),
    )
