"""Two recordings against each other: what got better or worse, beyond what errors explain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gilext.core.environment import Environment, environment_line
from gilext.core.report import Report
from gilext.core.results import Result
from gilext.recording.changes import (
    Change,
    Figure,
    LineChange,
    ThreadChange,
    change_of,
    line_changes,
    longest_wait_of,
    stalls_of,
    thread_changes,
    waits_of,
)
from gilext.recording.diff_report import diff_report
from gilext.recording.pooled import pooled
from gilext.recording.results import Recording


@dataclass(frozen=True, slots=True)
class RecordingDiff(Result):
    """What a second recording has changed against a first.

    Attributes
    ----------
    before_seconds, after_seconds : float
        How long they lasted, all their processes together. All else is per second, or a share of
        the time.
    held_fraction, pressure : Change
        As `Recording` has them.
    waits : Change
        How many threads waited, on average over time: thread-seconds per second.
    longest_wait_seconds : Change
        The longest wait that is certain. A single one has no error, so this has no verdict.
    stalls_per_second : Change
        How many stalls there were; unknown if they were looked for in different ways.
    lines : tuple of LineChange
        The program's own lines, those that changed most for others first; empty if one of the
        recordings has none.
    threads : tuple of ThreadChange
        The threads by their names, those that changed most first.
    notes : tuple of str
        What one has to know to read the rest, a sentence each.
    environment : Environment
        What the second was recorded on.
    """

    before_seconds: float
    after_seconds: float
    held_fraction: Change
    pressure: Change
    waits: Change
    longest_wait_seconds: Change
    stalls_per_second: Change
    lines: tuple[LineChange, ...]
    threads: tuple[ThreadChange, ...]
    notes: tuple[str, ...]
    environment: Environment

    def report(self) -> Report:
        """Return the figures side by side, then lines and threads."""
        return diff_report(self)

    def worse_by(self, points: float) -> tuple[str, ...]:
        """Return which shares of the time certainly grew by more than some percentage points.

        Parameters
        ----------
        points : float
            What the difference less its error has to exceed.

        Returns
        -------
        tuple of str
            ``"held fraction"``, ``"pressure"``, both or none. What is unknown isn't among them.
        """
        shares = {"held fraction": self.held_fraction, "pressure": self.pressure}
        return tuple(
            name
            for name, change in shares.items()
            if change.difference is not None
            and change.error is not None
            and 100 * (change.difference - change.error) > points
        )


def diff(before: Recording, after: Recording) -> RecordingDiff:
    """Compare two recordings, per second of each.

    A line is the same in both if it evaluates the same in the same function, wherever that has
    moved to; then, if it has the same number; then, if the function has no other line in either.

    Of several processes, what is compared is their mean, each by its time: a line is one in all of
    them, and threads are the same if their names are, and what their processes run.
    """
    notes = (*_notes_of_processes(before, after), *_notes(before, after))
    before, after = both = (pooled(before), pooled(after))
    has_lines = not any(one.lines_unavailable_reason for one in both)
    has_stalls = _looks_for_stalls(before) == _looks_for_stalls(after)
    return RecordingDiff(
        before_seconds=before.seconds,
        after_seconds=after.seconds,
        held_fraction=change_of(*(Figure(one.held_fraction, one.held_error) for one in both)),
        pressure=change_of(*(Figure(one.pressure, one.pressure_error) for one in both)),
        waits=change_of(*map(waits_of, both)),
        longest_wait_seconds=change_of(*map(longest_wait_of, both)),
        stalls_per_second=change_of(
            *(stalls_of(one) if has_stalls else Figure(None) for one in both)
        ),
        lines=line_changes(before, after) if has_lines else (),
        threads=thread_changes(before, after),
        notes=notes,
        environment=after.environment,
    )


def _looks_for_stalls(recording: Recording) -> tuple[object, ...]:
    """Return what two recordings must share for their stalls to be comparable."""
    return recording.stall_threshold_seconds, recording.waits_unavailable_reason is None


def _notes_of_processes(before: Recording, after: Recording) -> Iterator[str]:
    counts = [len(one.processes()) for one in (before, after)]
    if max(counts) > 1:
        yield (
            f"Each figure is the mean of all processes, {counts[0]:,} before and {counts[1]:,} "
            "after: each has a GIL of its own."
        )
    for name, recording in (("before", before), ("after", after)):
        if incomplete := sum(one.incomplete_reason is not None for one in recording.processes()):
            yield f"Of {incomplete:,} of the processes {name}, the recording is incomplete."


def _notes(before: Recording, after: Recording) -> Iterator[str]:
    if (line := environment_line(before.environment)) != environment_line(after.environment):
        yield f"The recording before was made on another interpreter or machine: {line}."
    if _looks_for_stalls(before) != _looks_for_stalls(after):
        yield "Stalls can't be compared: they were looked for in different ways."
    for name, recording in (("before", before), ("after", after)):
        if recording.waits_unavailable_reason:
            yield f"Waits {name} are unknown: {recording.waits_unavailable_reason}."
        if recording.lines_unavailable_reason:
            yield f"Lines {name} are unknown: {recording.lines_unavailable_reason}."
        if recording.lines_truncated_at_seconds is not None:
            yield f"Some lines {name} are missing: the memory for them was used up."
        if recording.throttled_seconds > recording.seconds / 2:
            yield f"All cores were busy for most of the recording {name}: its errors are larger."
