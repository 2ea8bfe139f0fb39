"""Figures of two recordings, put against each other: values, errors, verdicts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import hypot, sqrt
from operator import attrgetter
from typing import NamedTuple

from gilext.core.report import share
from gilext.recording.lines import LineTime
from gilext.recording.parts import Frame
from gilext.recording.results import Recording
from gilext.recording.thread_rows import sum_of_known

_Pair = tuple[LineTime | None, LineTime | None]


class Figure(NamedTuple):
    """A value and half of its 95 % confidence interval; None for what is unknown."""

    value: float | None
    error: float | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One figure in two recordings, of which more is worse.

    Attributes
    ----------
    before, after : float or None
        What it was in each; None if unknown.
    difference : float or None
        By how much it grew; None if one of them is unknown.
    error : float or None
        Half of the difference's 95 % confidence interval; None if unknown.
    verdict : str or None
        ``"worse"`` or ``"better"`` if the difference is larger than its error, ``"no difference"``
        if it isn't; None if that is unknown.
    """

    before: float | None
    after: float | None
    difference: float | None
    error: float | None
    verdict: str | None


@dataclass(frozen=True, slots=True)
class LineChange:
    """What one of the program's own lines held and caused, per second of each recording.

    Attributes
    ----------
    frame : Frame
        The line, as it is in the second recording, or in the first if the second doesn't have it.
    expression : str or None
        What it evaluated; None if unknown.
    held_fraction : Change
        The share of the time for which it held the GIL.
    caused_waits : Change
        How many threads waited because of it, on average over time: thread-seconds per second.
    """

    frame: Frame
    expression: str | None
    held_fraction: Change
    caused_waits: Change


@dataclass(frozen=True, slots=True)
class ThreadChange:
    """What the threads of one name held and waited, per second of each recording.

    Attributes
    ----------
    name : str
        The name.
    held_fraction : Change
        The share of the time for which they held the GIL.
    waits : Change
        How many of them waited, on average over time: thread-seconds per second.
    """

    name: str
    held_fraction: Change
    waits: Change


def change_of(before: Figure, after: Figure) -> Change:
    """Return a figure's change; the errors are independent."""
    if before.value is None or after.value is None:
        return Change(before.value, after.value, None, None, None)
    difference = after.value - before.value
    if before.error is None or after.error is None:
        return Change(before.value, after.value, difference, None, None)
    error = hypot(before.error, after.error)
    verdict = (
        "worse" if difference > error else "better" if -difference > error else "no difference"
    )
    return Change(before.value, after.value, difference, error, verdict)


def waits_of(recording: Recording) -> Figure:
    """Return how many threads waited on average over a recording's time."""
    return _per_second(recording, recording.wait_seconds, recording.wait_error or 0.0)


def longest_wait_of(recording: Recording) -> Figure:
    """Return the longest wait that is certain; a single one has no error."""
    known = [thread.longest_wait_seconds for thread in recording.by_thread]
    return Figure(max((wait for wait in known if wait is not None), default=None))


def stalls_of(recording: Recording) -> Figure:
    """Return how many stalls there were per second, as long as they were all kept.

    They are counted as events that come at random: the variance of such a count is the count, and
    one more is added, as none seen isn't none to come.
    """
    stalls, end = len(recording.stalls), recording.stalls_truncated_at_seconds
    if recording.stalls_unavailable_reason or recording.stall_threshold_seconds is None:
        return Figure(None)
    seconds = recording.seconds if end is None else end
    return Figure(share(stalls, seconds), share(1.96 * sqrt(stalls + 1), seconds))


def line_changes(before: Recording, after: Recording) -> tuple[LineChange, ...]:
    """Return how the program's own lines changed, those that did most for others first."""
    was, now = _Side(before), _Side(after)
    changes = []
    for old, new in _pairs(was.lines, now.lines):
        line = new or old
        assert line is not None
        held = change_of(was.held_by(old), now.held_by(new))
        caused = change_of(was.caused_by(old), now.caused_by(new))
        changes.append(LineChange(line.frame, line.expression, held, caused))
    return tuple(sorted(changes, key=lambda one: _size(one.caused_waits, one.held_fraction)))


def thread_changes(before: Recording, after: Recording) -> tuple[ThreadChange, ...]:
    """Return how threads changed, by their names, those that did most first."""
    names = dict.fromkeys(
        thread.name for recording in (after, before) for thread in recording.by_thread
    )
    changes = [
        ThreadChange(
            name,
            change_of(*(_held_under(name, one) for one in (before, after))),
            change_of(*(_waited_under(name, one) for one in (before, after))),
        )
        for name in names
    ]
    return tuple(sorted(changes, key=lambda one: _size(one.waits, one.held_fraction)))


class _Side:
    """The lines of one of two recordings.

    They add up to what is known. How that is divided among them is drawn, at least once in each
    hold in which a line was seen: a share p of n draws has the variance p (1 - p) / n.
    """

    def __init__(self, recording: Recording) -> None:
        self.lines = recording.lines(own=True)
        self._recording = recording
        self._held = sum(line.held_seconds for line in self.lines)
        self._caused = sum(line.caused_wait_seconds or 0.0 for line in self.lines)
        self._draws = max(1, sum(line.holds for line in self.lines))

    def held_by(self, line: LineTime | None) -> Figure:
        """Return the share of the time for which a line held; None is one that isn't there."""
        held = 0.0 if line is None else line.held_seconds
        least = (self._recording.held_error or 0.0) * self._recording.seconds
        return self._figure(held, self._held, least)

    def caused_by(self, line: LineTime | None) -> Figure:
        """Return how many threads waited because of a line, likewise."""
        if self._recording.wait_seconds is None:
            return Figure(None)
        caused = 0.0 if line is None else line.caused_wait_seconds or 0.0
        return self._figure(caused, self._caused, self._recording.wait_error or 0.0)

    def _figure(self, part: float, whole: float, least_error: float) -> Figure:
        drawn = min(1.0, part / whole) if whole else 0.0
        error = 1.96 * whole * sqrt(drawn * (1.0 - drawn) / self._draws)
        return _per_second(self._recording, part, hypot(error, least_error))


def _size(*changes: Change) -> tuple[float, ...]:
    return tuple(-abs(change.difference or 0.0) for change in changes)


def _pairs(before: Sequence[LineTime], after: Sequence[LineTime]) -> Iterator[_Pair]:
    """Pair the lines of two recordings within each function, one that has no other with None.

    The same text is the same line, however far it has moved; then the same number; and of what is
    left, the only line before is the only one after.
    """
    functions: dict[tuple[str, str], tuple[list[LineTime], list[LineTime]]] = defaultdict(
        lambda: ([], [])
    )
    for place, lines in enumerate((before, after)):
        for line in lines:
            functions[line.frame.file, line.frame.function][place].append(line)
    for old, new in functions.values():
        for key in (attrgetter("expression"), attrgetter("frame.line")):
            for line in tuple(old):
                same = [one for one in new if key(one) == key(line) is not None]
                if same:
                    old.remove(line)
                    new.remove(same[0])
                    yield line, same[0]
        if len(old) == len(new) == 1:
            yield old.pop(), new.pop()
        yield from ((line, None) for line in old)
        yield from ((None, line) for line in new)


def _held_under(name: str, recording: Recording) -> Figure:
    held = sum(one.held_seconds for one in recording.by_thread if one.name == name)
    return Figure(share(held, recording.seconds), recording.held_error)


def _waited_under(name: str, recording: Recording) -> Figure:
    found = [one.waited_seconds for one in recording.by_thread if one.name == name]
    waited = sum_of_known(found) if found or recording.wait_seconds is None else 0.0
    return _per_second(recording, waited, recording.wait_error or 0.0)


def _per_second(recording: Recording, amount: float | None, error: float) -> Figure:
    if amount is None:
        return Figure(None)
    return Figure(share(amount, recording.seconds), share(error, recording.seconds))
