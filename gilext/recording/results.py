"""Question 3: who held the GIL while a program ran, and from which line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from pathlib import Path
from typing import Any

from gilext.core import saving
from gilext.core.environment import Environment, environment_line, unknown_cores
from gilext.core.report import Report, Table, counted
from gilext.core.results import Result
from gilext.recording.holds import Hold, Holds
from gilext.recording.parts import Frame as Frame
from gilext.recording.parts import StackSample as StackSample
from gilext.recording.parts import Stall as Stall
from gilext.recording.parts import StallLine as StallLine
from gilext.recording.parts import ThreadTime as ThreadTime
from gilext.recording.summary import held_part, line_table, thread_table
from gilext.recording.sums import Sums

_NOTABLE_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class Recording(Result):
    """What a watch saw.

    Attributes
    ----------
    seconds : float
        How long it lasted.
    held_fraction, held_error : float or None
        Held time over time, and half of its 95 % confidence interval; None for a recording of no
        time. What the threads held adds up to it.
    observed_seconds : float
        The part of the time in which samples lay close together. In the rest the sampling thread
        was kept from its core for more than four intervals, which makes the error larger.
    interval_seconds : float
        The mean time between two samples that was asked for.
    throttled_seconds : float
        For how long all cores were busy, and it took fewer samples than that.
    samples : int
        How many samples it took.
    longest_gap_seconds : float
        The longest time between two samples.
    by_thread : tuple of ThreadTime
        The holders.
    longest : tuple of Hold
        The longest holds, up to 256, the longest first.
    stall_threshold_seconds : float or None
        How long somebody has to wait for a hold to be a stall; None if none was looked for.
    stalls : tuple of Stall
        The holds that somebody waited for as long as that, in order, up to the memory for them.
    stalls_truncated_at_seconds : float or None
        From when on `stalls` lacks some; None if it is complete.
    stalls_unavailable_reason : str or None
        Why no stall can be seen here; None if they can.
    lines_unavailable_reason : str or None
        Why the stalls have no lines; None if they can have them.
    holds : Holds
        Every hold, in order, up to the memory for them; a sequence of `Hold`.
    holds_truncated_at_seconds : float or None
        From when on `holds` lacks some; None if it is complete.
    histogram : tuple of int
        How many holds lasted 2**i to 2**(i + 1) nanoseconds, for each i.
    environment : Environment
        Interpreter, GIL and cores.
    """

    seconds: float
    held_fraction: float | None
    held_error: float | None
    observed_seconds: float
    interval_seconds: float
    throttled_seconds: float
    samples: int
    longest_gap_seconds: float
    by_thread: tuple[ThreadTime, ...]
    longest: tuple[Hold, ...]
    stall_threshold_seconds: float | None
    stalls: tuple[Stall, ...]
    stalls_truncated_at_seconds: float | None
    stalls_unavailable_reason: str | None
    lines_unavailable_reason: str | None
    holds: Holds
    holds_truncated_at_seconds: float | None
    histogram: tuple[int, ...]
    environment: Environment

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as what ``json.dumps()`` takes; the holds as one list a field."""
        without_holds = replace(self, holds=Holds())
        return Result.to_dict(without_holds) | {"holds": self.holds.columns()}

    def save(self, path: str | Path) -> None:
        """Write the recording to a file.

        Parameters
        ----------
        path : str or Path
            Its suffix says as what: ``.html``, a page that shows every hold; ``.trace.json``,
            for Perfetto and vizviewer; ``.json``, what `to_dict` has; ``.png`` or ``.svg``, a
            picture, which needs matplotlib.

        Raises
        ------
        ValueError
            For another suffix.
        ImportError
            When a library is missing that the form needs.
        """
        saving.save(self, Path(path))

    def longest_holds(self, count: int = 10) -> tuple[Hold, ...]:
        """Return the longest holds, the longest first; 256 at most are known."""
        return self.longest[:count]

    def stall_lines(self) -> tuple[StallLine, ...]:
        """Return the Python lines that ran during stalls, the most costly first."""
        spent: dict[Frame, dict[Stall, float]] = {}
        for stall in self.stalls:
            for stack in stall.stacks:
                of_line = spent.setdefault(stack.frames[0], {})
                of_line[stall] = of_line.get(stall, 0.0) + stack.seconds
        lines = (
            StallLine(frame, len(parts), sum(parts.values()), max(parts.values()))
            for frame, parts in spent.items()
        )
        return tuple(sorted(lines, key=lambda line: -line.seconds))

    def report(self) -> Report:
        """Return the threads, the stalls and their lines."""
        return recording_report(self)


def held_fraction(totals: Sums) -> tuple[float | None, float | None]:
    """Return the held fraction and half of its 95 % confidence interval; None for no time.

    The fraction is held time over time, the same that the threads add up to: each pair of samples
    counts for the state at its ends, half and half when they differ. Leaving out the pairs that
    lie far apart would leave out what the busiest cores did.

    Each pair of samples that differs hides one change, somewhere between the two. When holds are
    long compared with the distance d of two samples, the change is uniform in it: variance
    d**2 / 12. When they are short, the samples are independent draws, and each such pair stands for
    d**2 / 2 (a fraction p gives 2 p (1 - p) differing pairs out of each one, of variance
    p (1 - p) d**2). How many pairs differ tells where between the two this recording lies. A pair
    too far apart hides anything: it adds the variance of one draw, with the fraction as Laplace's
    rule of succession has it, which isn't sure of 0 or 1 after a few samples. The two ends of the
    recording add one distance each.
    """
    total = totals["end_ns"] - totals["start_ns"]
    if total <= 0:
        return None, None
    fraction = min(1.0, totals["held_ns"] / total)
    pairs, observed = totals["observed_pairs"], totals["observed_ns"]
    cautious = (fraction * pairs + 1) / (pairs + 2)
    spread = fraction * (1 - fraction)
    likeness = min(1.0, totals["changes"] / (2 * spread * pairs)) if spread and pairs else 0.0
    variance = totals["changes_ns2"] * (1 / 12 + 5 / 12 * likeness)
    variance += totals["unseen_ns2"] * cautious * (1 - cautious)
    distance = observed / pairs if pairs else total
    return fraction, min(1.0, 1.96 * sqrt(variance + 2 * distance**2) / total)


def recording_report(recording: Recording) -> Report:
    """Return the threads, the stalls and their lines."""
    threads = recording.by_thread
    body: list[Table | str] = [thread_table(threads, recording.seconds)] if threads else []
    if recording.stall_threshold_seconds is not None:
        body.append(stalls_summary(recording))
    if lines := recording.stall_lines():
        body.append(line_table(lines))
    return Report(
        title=held_line(recording),
        place=environment_line(recording.environment),
        body=tuple(body),
        notes=caveats(recording),
    )


def held_line(recording: Recording) -> str:
    """Return what a recording found, in one line."""
    if not recording.environment.gil_enabled:
        return f"no GIL: nothing was held in {recording.seconds:.3f} s"
    held = held_part(recording.held_fraction, recording.held_error)
    return f"the GIL was held for {held} of {recording.seconds:.3f} s"


def stalls_summary(recording: Recording) -> str:
    """Return how many stalls there were, in one line."""
    if recording.stall_threshold_seconds is None:
        return "stalls were not looked for"
    if recording.stalls_unavailable_reason is not None:
        return f"stalls can't be seen: {recording.stalls_unavailable_reason}"
    threshold = f"(waits of {recording.stall_threshold_seconds * 1e3:g} ms or more)"
    if not recording.stalls:
        return f"no stalls {threshold}"
    stalled = sum(stall.hold.seconds for stall in recording.stalls)
    return f"{counted(len(recording.stalls), 'stall')} {threshold}, {stalled:.3f} s in all"


def caveats(recording: Recording) -> tuple[str, ...]:
    """Return what one has to know of a recording to read it, a sentence each."""
    notes = []
    longest = recording.longest[0] if recording.longest else None
    if longest is not None and longest.seconds >= _NOTABLE_SECONDS and not longest.requested:
        notes.append(
            f"Nobody requested the GIL in the longest hold, {longest.seconds * 1e3:.1f} ms: that is "
            "an upper bound, as it may have been released between two samples."
        )
    if recording.stalls and recording.lines_unavailable_reason is not None:
        notes.append(f"Without the lines of the stalls: {recording.lines_unavailable_reason}.")
    if recording.throttled_seconds > 0:
        notes.append(
            f"For {recording.throttled_seconds:.1f} s all cores were busy, and gilext took fewer "
            "samples."
        )
    if recording.holds_truncated_at_seconds is not None:
        notes.append(f"Holds one by one only up to {recording.holds_truncated_at_seconds:.1f} s.")
    if recording.stalls_truncated_at_seconds is not None:
        notes.append(f"Stalls only up to {recording.stalls_truncated_at_seconds:.1f} s.")
    return (*notes, *unknown_cores(recording.environment))
