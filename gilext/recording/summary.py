"""The tables and phrases that recordings, snapshots and readings share."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import filterfalse
from typing import NamedTuple

from gilext.core.report import Cell, Column, Table, counted, share
from gilext.recording.culprits import Culprit
from gilext.recording.parts import ThreadTime
from gilext.recording.thread_rows import MAX_THREADS, sum_of_known, thread_rows

MAX_LINES = 10
LINES_TITLE = "line that held"
_LEAST = 0.0005  # what is less is 0.000 s


class _Figures(NamedTuple):
    """What a row is about, in seconds."""

    held: float
    waited: float | None
    attached: float | None


def held_part(fraction: float | None, error: float | None) -> str:
    """Return a held fraction and its error in words."""
    if fraction is None or error is None:
        return "an unknown part"
    return f"{fraction:.1%} ± {error:.1%}"


def thread_table(
    threads: Sequence[ThreadTime],
    seconds: float,
    wait_seconds: float | None = None,
    *,
    has_gil: bool = True,
) -> Table:
    """Return what each thread held and waited, as far as that is known of any.

    Parameters
    ----------
    threads : sequence of ThreadTime
        The threads.
    seconds : float
        The time that they had.
    wait_seconds : float, optional
        What they waited in all, named or not.
    has_gil : bool
        Whether there was a GIL to hold and to wait for.
    """
    rows = thread_rows(threads)
    shown, rest = rows[:MAX_THREADS], rows[MAX_THREADS:]
    of_gil: list[tuple[Column, list[Cell]]] = [
        (Column("held s", ".3f"), [row.held_seconds for row in shown]),
        (Column("of the time", ".1%"), [part_of_time(row, seconds) for row in shown]),
        (Column("longest ms", ".2f"), [row.longest_seconds * 1e3 for row in shown]),
        (Column("waited s", ".3f"), [row.waited_seconds for row in shown]),
        (Column("longest wait ms", ".2f"), [_ms(row.longest_wait_seconds) for row in shown]),
    ]
    columns: list[tuple[Column, list[Cell]]] = [
        (Column("thread", is_text=True), [row.name for row in shown]),
        *(of_gil if has_gil else []),
        (Column("attached s", ".3f"), [row.attached_seconds for row in shown]),
        (Column("± s", ".3f"), [row.attached_error for row in shown]),
        (Column("of the time", ".1%"), [attached_part(row, seconds) for row in shown]),
        (Column("CPU s", ".3f"), [row.cpu_seconds for row in shown]),
    ]
    known = [column for column in columns if any(cell is not None for cell in column[1])]
    left_out = _rest("thread", list(map(_of_thread, rest)), "waited", has_gil)
    unknown = without_a_thread(threads, wait_seconds)
    return Table(
        tuple(column for column, _ in known),
        tuple(zip(*(cells for _, cells in known), strict=True)),
        rest="; ".join(filter(None, (left_out, unknown))),
    )


def _of_thread(thread: ThreadTime) -> _Figures:
    return _Figures(thread.held_seconds, thread.waited_seconds, thread.attached_seconds)


def _of_line(culprit: Culprit) -> _Figures:
    line = culprit.line
    return _Figures(line.held_seconds, line.caused_wait_seconds, line.attached_seconds)


def attached_part(thread: ThreadTime, seconds: float) -> float | None:
    """Return the share of a time for which a thread was attached; None if unknown, or of no time."""
    part = None if thread.attached_seconds is None else share(thread.attached_seconds, seconds)
    return None if part is None else min(part, 1.0)


def line_table(
    culprits: Sequence[Culprit],
    held_seconds: float,
    wait_seconds: float | None = None,
    processes: Sequence[str] | None = None,
    *,
    attached_seconds: float | None = None,
    has_gil: bool = True,
) -> Table:
    """Return the program's own lines that held, the most costly to others first.

    Parameters
    ----------
    culprits : sequence of Culprit
        The lines.
    held_seconds : float
        What was held in all, line or no line.
    wait_seconds : float, optional
        What was waited in all.
    processes : sequence of str, optional
        In which process each line held, if there are several.
    attached_seconds : float, optional
        For how long threads were attached in all while there was no GIL; None if there was one all
        the time.
    has_gil : bool
        Whether there was a GIL to hold and to wait for.
    """
    is_of_many, is_attached = processes is not None, attached_seconds is not None
    numbered = list(zip(culprits, processes or [""] * len(culprits), strict=True))
    notable = [item for item in numbered if _is_notable(item[0])]
    shown = notable[:MAX_LINES]
    rest = [one for one, _ in notable[MAX_LINES:]]
    rest += filterfalse(_is_notable, culprits)
    knows_waits = has_gil and any(one.line.caused_wait_seconds is not None for one in culprits)
    columns = (
        Column(lines_title(has_gil, is_attached), is_text=True),
        *([Column("process", is_text=True)] if is_of_many else []),
        *([Column("held s", ".3f")] if has_gil else []),
        *([Column("others waited s", ".3f")] if knows_waits else []),
        *([Column("longest ms", ".2f")] if has_gil else []),
        *([Column("attached s", ".3f")] if is_attached else []),
    )
    rows: list[tuple[Cell, ...]] = []
    for culprit, process in shown:
        line = culprit.line
        words = [process] if is_of_many else []
        held = [line.held_seconds] if has_gil else []
        waits = [line.caused_wait_seconds] if knows_waits else []
        longest_ms = [line.longest_seconds * 1e3] if has_gil else []
        attached = [line.attached_seconds] if is_attached else []
        rows.append((culprit.place(), *words, *held, *waits, *longest_ms, *attached))
        if (detail := culprit.detail()) is not None:
            rows.append((detail, *[""] * (len(columns) - 1)))
    left_out = _rest("line", list(map(_of_line, rest)), "others waited", has_gil)
    unknown = without_a_line(culprits, held_seconds, wait_seconds, attached_seconds)
    return Table(columns, tuple(rows), rest="; ".join(filter(None, (left_out, unknown))))


def lines_title(has_gil: bool, is_attached: bool) -> str:
    """Return what stands over lines."""
    if not is_attached:
        return LINES_TITLE
    return "line that held or stayed attached" if has_gil else "line that stayed attached"


def without_a_thread(threads: Sequence[ThreadTime], wait_seconds: float | None) -> str:
    """Return how much of the waits no thread is known for, or nothing."""
    waited = (wait_seconds or 0.0) - sum(thread.waited_seconds or 0.0 for thread in threads)
    return f"who waited is unknown for {waited:.3f} s" if waited >= _LEAST else ""


def without_a_line(
    culprits: Sequence[Culprit],
    held_seconds: float,
    wait_seconds: float | None,
    attached_seconds: float | None = None,
) -> str:
    """Return how much of what was held, waited and attached no line is known for, or nothing."""
    held = held_seconds - sum(one.line.held_seconds for one in culprits)
    waited = (wait_seconds or 0.0) - sum(one.line.caused_wait_seconds or 0.0 for one in culprits)
    parts = [f"{held:.3f} s held"] if held >= _LEAST else []
    parts += [f"{waited:.3f} s waited"] if waited >= _LEAST else []
    attached = (attached_seconds or 0.0) - sum(one.line.attached_seconds or 0.0 for one in culprits)
    parts += [f"{attached:.3f} s attached"] if attached >= _LEAST else []
    return f"the line is unknown for {' and '.join(parts)}" if parts else ""


def _is_notable(culprit: Culprit) -> bool:
    return max(figure or 0.0 for figure in _of_line(culprit)) >= _LEAST


def part_of_time(thread: ThreadTime, seconds: float) -> float | None:
    """Return a thread's share of a time; None of no time."""
    part = share(thread.held_seconds, seconds)
    return None if part is None else min(part, 1.0)


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1e3


def _rest(kind: str, figures: Sequence[_Figures], waited: str, has_gil: bool) -> str:
    """Return how many rows a table leaves out, and what they add up to."""
    if not figures:
        return ""
    waits = sum_of_known([one.waited for one in figures]) if has_gil else None
    attached = sum_of_known([one.attached for one in figures])
    sums = [f"held {sum(one.held for one in figures):.3f} s"] if has_gil else []
    sums += [] if waits is None else [f"{waited} {waits:.3f} s"]
    sums += [] if attached is None else [f"attached {attached:.3f} s"]
    return f"… and {counted(len(figures), f'more {kind}')}: {', '.join(sums)}"
