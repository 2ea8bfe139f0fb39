"""What a recording is made of: frames, threads, stalls and their lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from gilext.recording.holds import Hold


@dataclass(frozen=True, slots=True)
class Frame:
    """One line of a Python stack."""

    file: str
    line: int
    function: str


@dataclass(frozen=True, slots=True)
class ThreadTime:
    """What one thread held, and how long it waited.

    Attributes
    ----------
    name : str
        The thread's name, or its number if no `threading.Thread` is known for it.
    ident, native_id : int
        As `threading.get_ident` and `threading.get_native_id` return them; 0 if unknown.
    held_seconds, longest_seconds : float
        How long it held the GIL in total, and at most at a stretch, if samples were close together
        or a thread waited.
    holds : int
        How many holds were seen.
    waited_seconds : float or None
        How long it waited for the GIL, counting the time in which it was named as a waiter; None if
        unknown.
    longest_wait_seconds : float or None
        The longest wait that is certain: a lower bound. None if unknown.
    cpu_seconds : float or None
        The CPU time that it used, without the last fraction of a second if the thread has ended;
        None if unknown.
    attached_seconds, attached_error : float or None
        How long it was attached while there was no GIL, and half of the 95 % confidence interval;
        None if there was one all the time. The error is None for a recording of no time, too.
    """

    name: str
    ident: int
    native_id: int
    held_seconds: float
    longest_seconds: float
    holds: int
    waited_seconds: float | None = None
    longest_wait_seconds: float | None = None
    cpu_seconds: float | None = None
    attached_seconds: float | None = None
    attached_error: float | None = None


@dataclass(frozen=True, slots=True)
class StackSample:
    """What a stall's thread was running, for a part of the stall.

    Attributes
    ----------
    seconds : float
        How much of the stall this stack stands for.
    frames : tuple of Frame
        The Python stack, innermost first. A run of the garbage collector has its own frame:
        ``<GC>``, line 0, ``generation 2``.
    expression : str or None
        The expression that the innermost frame was evaluating; None if unknown.
    callable : str or None
        The C function that the innermost frame was calling, such as ``zlib.compress``; None if
        unknown.
    task : str or None
        The name of the asyncio task that was running; None if none was, or if it is unknown.
    """

    seconds: float
    frames: tuple[Frame, ...]
    expression: str | None = None
    callable: str | None = None
    task: str | None = None


@dataclass(frozen=True, slots=True)
class Victim:
    """A thread that waited in a stall.

    Attributes
    ----------
    thread : int
        Which, as an index into `Recording.by_thread`.
    seconds : float
        For how long.
    frames : tuple of Frame
        The Python stack on which it waited, innermost first; empty if unknown.
    """

    thread: int
    seconds: float
    frames: tuple[Frame, ...]


@dataclass(frozen=True, slots=True)
class Stall:
    """A hold that made another thread wait, for at least the threshold.

    Attributes
    ----------
    hold : Hold
        When, how long, and which thread: the part of the hold in which a thread is known to have
        waited.
    stacks : tuple of StackSample
        The Python lines that ran in it; empty if none could be read.
    victims : tuple of Victim
        The threads that waited, the longest first; empty if none could be named.
    """

    hold: Hold
    stacks: tuple[StackSample, ...]
    victims: tuple[Victim, ...] = ()

    @property
    def task(self) -> str | None:
        """The asyncio task that ran for most of it; None if none did, or if unknown."""
        spent: dict[str, float] = {}
        for stack in self.stacks:
            if stack.task is not None:
                spent[stack.task] = spent.get(stack.task, 0.0) + stack.seconds
        return max(spent, key=lambda task: spent[task], default=None)


@dataclass(frozen=True, slots=True)
class StallLine:
    """All the time that stalls spent on one Python line.

    Attributes
    ----------
    frame : Frame
        The innermost line.
    stalls : int
        How many stalls it ran in.
    seconds, worst_seconds : float
        Stall time on this line in total, and at most in one stall.
    """

    frame: Frame
    stalls: int
    seconds: float
    worst_seconds: float


@dataclass(frozen=True, slots=True)
class HeldStack:
    """All the time for which one thread held the GIL with one Python stack.

    This is an estimate: stacks are taken at intervals, and each stands for what its thread held since the
    one before.

    Attributes
    ----------
    thread : int
        The holder, as an index into `Recording.by_thread`.
    frames, expression, callable
        As a `StackSample` has them.
    own_expression : str or None
        What the innermost frame that is the program's own was evaluating; None if unknown.
    held_seconds : float
        How long it held the GIL.
    caused_wait_seconds : float or None
        How many thread-seconds other threads waited in that time; None if unknown.
    holds : int
        How many holds this stack was seen in.
    longest_seconds : float
        The longest of these holds.
    victims : tuple of (int, float)
        Which threads waited, if they were named, and for how many seconds.
    attached_seconds : float or None
        How long its thread was attached with it while there was no GIL; None if there was one all
        the time.
    """

    thread: int
    frames: tuple[Frame, ...]
    held_seconds: float
    caused_wait_seconds: float | None
    holds: int
    longest_seconds: float
    expression: str | None = None
    callable: str | None = None
    own_expression: str | None = None
    victims: tuple[tuple[int, float], ...] = ()
    attached_seconds: float | None = None


class Kept(Protocol):
    """What has a held time and an attached time: a thread, a stack, a line."""

    @property
    def held_seconds(self) -> float:
        """For how long it held the GIL."""

    @property
    def attached_seconds(self) -> float | None:
        """For how long it was attached while there was none."""


def kept_seconds(one: Kept) -> float:
    """Return for how long it held, or was attached while there was no GIL."""
    return one.held_seconds + (one.attached_seconds or 0.0)


@dataclass(frozen=True, slots=True)
class Activity:
    """What threads did in each bucket of time, unless it is nothing.

    Attributes
    ----------
    bucket_seconds : float
        The length of a bucket; 0 if there is none.
    rows : tuple of (int, int, float, float)
        A thread, as an index into `Recording.by_thread`; a bucket, counted from the start; the
        seconds of CPU time that the thread took in it; and the seconds that it waited for the GIL.
        CPU time that a thread took before it was first seen is in no bucket, unless it could have
        taken it in the fraction of a second before.
    """

    bucket_seconds: float = 0.0
    rows: tuple[tuple[int, int, float, float], ...] = ()


def stack_samples(
    hold: Hold, taken: Sequence[tuple[float, HeldStack, str | None]]
) -> tuple[StackSample, ...]:
    """Divide a stall among the stacks that were taken in it, given when and in which task.

    Each stands for the time around it: up to halfway to its neighbours, the first and the last
    up to the ends of the hold.
    """
    if not taken:
        return ()
    edges = [
        hold.start_seconds,
        *((a + b) / 2 for (a, *_), (b, *_) in pairwise(taken)),
        hold.start_seconds + hold.seconds,
    ]
    return tuple(
        StackSample(edges[i + 1] - edges[i], stack.frames, stack.expression, stack.callable, task)
        for i, (_, stack, task) in enumerate(taken)
    )
