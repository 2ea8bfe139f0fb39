"""Question 3: who held the GIL while a program ran, and from which line."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gilext.core import saving
from gilext.core.environment import Environment
from gilext.core.report import Report
from gilext.core.results import Result
from gilext.recording.holds import Hold, Holds
from gilext.recording.lines import LineTime, lines_of
from gilext.recording.parts import Activity, HeldStack
from gilext.recording.parts import Frame as Frame
from gilext.recording.parts import StackSample as StackSample
from gilext.recording.parts import Stall as Stall
from gilext.recording.parts import StallLine as StallLine
from gilext.recording.parts import ThreadTime as ThreadTime
from gilext.recording.pauses import Pause as Pause
from gilext.recording.pauses import WaitedFor as WaitedFor
from gilext.recording.processes import Process
from gilext.recording.processes_report import processes_report
from gilext.recording.reports import recording_report


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
        The part of the time in which samples were close together. In the rest the sampling thread
        had no core for more than four intervals, which makes the error larger.
    interval_seconds : float
        The mean time between two samples, as it was set.
    throttled_seconds : float
        How long every core was busy, so that it took fewer samples.
    samples : int
        How many samples it took.
    longest_gap_seconds : float
        The longest time between two samples.
    by_thread : tuple of ThreadTime
        The holders.
    longest : tuple of Hold
        The longest holds, up to 256, the longest first. If samples were far apart in a hold while
        no thread waited, only the longest closely sampled part of it counts.
    stall_threshold_seconds : float or None
        How long a thread must wait for a hold to count as a stall; None if stalls were off.
    stalls : tuple of Stall
        The holds that made a thread wait at least that long, in order, as far as memory allows.
    stalls_truncated_at_seconds : float or None
        Since when `stalls` is incomplete; None if it is complete.
    stalls_unavailable_reason : str or None
        Why stalls can't be seen here; None if they can.
    lines_unavailable_reason : str or None
        Why stalls have no lines here; None if they can have them.
    holds : Holds
        Every hold, in order, as far as memory allows; a sequence of `Hold`.
    holds_truncated_at_seconds : float or None
        Since when `holds` is incomplete; None if it is complete.
    histogram : tuple of int
        How many holds lasted 2**i to 2**(i + 1) nanoseconds, for each i, measured as in `longest`.
    environment : Environment
        Interpreter, GIL and cores.
    wait_seconds, wait_error : float or None
        How many thread-seconds threads waited for the GIL, and half of the 95 % confidence
        interval; None if unknown.
    pressure, pressure_error : float or None
        The share of the time in which at least one thread waited, and half of the 95 % confidence
        interval; None if unknown. It is the *some* of Linux's pressure stall information:
        https://docs.kernel.org/accounting/psi.html
    waiters, waiters_error : float or None
        How many threads waited on average while the GIL was held, and half of the 95 % confidence
        interval; None if unknown, or if the GIL was never held.
    waits_unavailable_reason : str or None
        Why waiting threads can't be counted here; None if they can.
    lines_truncated_at_seconds : float or None
        Since when stacks are missing for lack of memory; None if none is.
    stacks : tuple of HeldStack
        Which Python stacks held the GIL, and for how long, the most expensive first.
    activity : Activity
        CPU time and waits of the threads in each bucket of time.
    process : Process or None
        The process that was recorded; None if unknown.
    children : tuple of Recording
        The watched processes that it started, and those that they started, in the order in which
        their recordings began. Each has its own `process`, and none has children of its own. All
        other fields are about this one process, because each process has its own GIL.
    incomplete_reason : str or None
        What is missing because the process was killed or its file is damaged; None if nothing is.
    children_unavailable_reason : str or None
        How many child processes are missing, and why, if known; None if none is.
    without_gil_seconds : float or None
        For how much of the time there was no GIL; None if unknown. On a free-threaded build it may
        come back, as long as an extension module is imported or for good.
    pauses : tuple of Pause
        The stops of the world that were seen while there was no GIL, in order; the longest of them
        if they were many. One that is shorter than the time between two samples is mostly missed.
    pauses_seen : int or None
        How many were seen, kept or not; None if there was a GIL all the time.
    collections : int or None
        How many runs of the garbage collector there were; None if unknown.
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
    wait_seconds: float | None = None
    wait_error: float | None = None
    pressure: float | None = None
    pressure_error: float | None = None
    waiters: float | None = None
    waiters_error: float | None = None
    waits_unavailable_reason: str | None = None
    lines_truncated_at_seconds: float | None = None
    stacks: tuple[HeldStack, ...] = ()
    activity: Activity = field(default_factory=Activity)
    process: Process | None = None
    children: tuple[Recording, ...] = ()
    incomplete_reason: str | None = None
    children_unavailable_reason: str | None = None
    without_gil_seconds: float | None = None
    pauses: tuple[Pause, ...] = ()
    pauses_seen: int | None = None
    collections: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as what ``json.dumps()`` takes; the holds as one list a field."""
        simple = replace(self, holds=Holds(), children=())
        return Result.to_dict(simple) | {
            "holds": self.holds.columns(),
            "children": [child.to_dict() for child in self.children],
        }

    def save(self, path: str | Path) -> None:
        """Write the recording to a file.

        Parameters
        ----------
        path : str or Path
            Its suffix says as what: ``.html``, a page that shows every hold; ``.trace.json``,
            for Perfetto and vizviewer; ``.speedscope.json``, a flame graph for speedscope;
            ``.folded`` and ``.waited.folded``, what was held and what others waited as collapsed
            text for other flame graphs, or without a GIL what was attached and what stops of the
            world waited; ``.json``, what `to_dict` has; ``.png`` or ``.svg``, a
            picture, which needs matplotlib. A ``.gilext`` file is made by ``watch(file=…)``, while
            the recording goes on.

        Raises
        ------
        ValueError
            For another suffix; for ``.waited.folded``, if waits are unknown.
        ImportError
            When a library is missing that the form needs.
        """
        saving.save(self, Path(path))

    def processes(self) -> tuple[Recording, ...]:
        """Return the recording and those of its children.

        Each process has a GIL of its own: what was waited may be added up, shares may not.
        """
        return (self, *self.children)

    def longest_holds(self, count: int = 10) -> tuple[Hold, ...]:
        """Return the longest holds, the longest first; 256 at most are known."""
        return self.longest[:count]

    def lines(self, own: bool = False) -> tuple[LineTime, ...]:
        """Return the Python lines that held the GIL, the most costly to others first.

        Parameters
        ----------
        own : bool
            Whether to count for each stack its innermost line outside the standard library and
            installed packages, which is the program's own; a stack without one counts for its
            innermost line.

        Returns
        -------
        tuple of LineTime
            What they held adds up to no more than what the threads held.
        """
        return lines_of(self.stacks, own)

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
        """Return what to do, and then the lines, the threads and the stalls.

        With children, a row for each process comes before.
        """
        return processes_report(self) if self.children else recording_report(self)
