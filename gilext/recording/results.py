"""Question 3: who held the GIL while a program ran, and from which line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import sqrt
from pathlib import Path
from typing import Any

from gilext.core import saving
from gilext.core.environment import Environment
from gilext.core.report import Report
from gilext.core.results import Result
from gilext.recording.holds import Hold, Holds
from gilext.recording.summary import recording_report
from gilext.recording.sums import Sums


@dataclass(frozen=True, slots=True)
class Frame:
    """One line of a Python stack."""

    file: str
    line: int
    function: str


@dataclass(frozen=True, slots=True)
class ThreadTime:
    """What one thread held.

    Attributes
    ----------
    name : str
        The thread's name, or its number where no `threading.Thread` is known for it.
    ident, native_id : int
        As `threading.get_ident` and `threading.get_native_id` have them; 0 where unknown.
    held_seconds, longest_seconds : float
        How long it held the GIL in all, and at most at a stretch.
    holds : int
        How many holds were seen.
    """

    name: str
    ident: int
    native_id: int
    held_seconds: float
    longest_seconds: float
    holds: int


@dataclass(frozen=True, slots=True)
class StackSample:
    """What a stall's thread was running, for a part of the stall.

    Attributes
    ----------
    seconds : float
        The part of the stall that this stack stands for.
    frames : tuple of Frame
        The Python stack, innermost first.
    """

    seconds: float
    frames: tuple[Frame, ...]


@dataclass(frozen=True, slots=True)
class Stall:
    """A hold that another thread had to wait for, for at least the threshold.

    Attributes
    ----------
    hold : Hold
        When, how long, by whom: the part of it in which somebody is known to have waited.
    stacks : tuple of StackSample
        The Python lines that ran in it; empty if none could be had.
    """

    hold: Hold
    stacks: tuple[StackSample, ...]


@dataclass(frozen=True, slots=True)
class StallLine:
    """All the time that stalls spent on one Python line.

    Attributes
    ----------
    frame : Frame
        The innermost line.
    stalls : int
        In how many stalls it ran.
    seconds, worst_seconds : float
        Stall time on this line in all, and at most in one stall.
    """

    frame: Frame
    stalls: int
    seconds: float
    worst_seconds: float


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


def stack_samples(
    hold: Hold, taken: Sequence[tuple[float, tuple[Frame, ...]]]
) -> tuple[StackSample, ...]:
    """Divide a stall among the stacks that were taken in it, given when.

    Each stands for the time around it: up to halfway to its neighbours, the first and the last
    up to the ends of the hold.
    """
    if not taken:
        return ()
    edges = [
        hold.start_seconds,
        *((a + b) / 2 for (a, _), (b, _) in pairwise(taken)),
        hold.start_seconds + hold.seconds,
    ]
    return tuple(StackSample(edges[i + 1] - edges[i], stack) for i, (_, stack) in enumerate(taken))
