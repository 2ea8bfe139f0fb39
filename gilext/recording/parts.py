"""What a recording is made of: frames, threads, stalls and their lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from gilext.recording.holds import Hold


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
