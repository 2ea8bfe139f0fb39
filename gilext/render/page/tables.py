"""The tables of the page: what its template writes out, row by row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from gilext.core.units import in_words
from gilext.recording.culprits import Culprit, own_place
from gilext.recording.lines import LineTime
from gilext.recording.processes import process_of, starts_of
from gilext.recording.results import Recording, Stall, ThreadTime
from gilext.recording.summary import attached_part, part_of_time
from gilext.recording.thread_rows import stake, told_apart
from gilext.recording.world_report import had_gil
from gilext.render.page.detail import Detail

MAX_LINES = 200
MAX_THREADS = 1000
MAX_STALLS = 200
_MAX_CULPRITS = 20
_MAX_VICTIMS = 8


@dataclass(frozen=True, slots=True)
class Column:
    """A column of figures: how one is written, and by how much to multiply it first."""

    title: str
    form: str = "%.3f"
    scale: float = 1.0

    def text(self, value: float | None) -> str:
        """Return a figure as it is read."""
        return "-" if value is None else self.form % (value * self.scale)


@dataclass(frozen=True, slots=True)
class Row:
    """A row: what it is about, its figures, and how dark each is shaded, 0 to 1."""

    about: object
    figures: tuple[float | None, ...]
    shades: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its first column's title, the columns of figures, and the rows."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    rest: str = ""


def threads_table(recordings: Sequence[Recording]) -> Table:
    """Return what each thread held and waited, those with the most at stake first."""
    columns = (
        Column("held s"),
        Column("of the time", "%.1f %%", 100),
        Column("holds", "%d"),
        Column("longest ms", "%.2f", 1e3),
        Column("waited s"),
        Column("longest wait ms", "%.2f", 1e3),
        Column("attached s"),
        Column("± s"),
        Column("of the time", "%.1f %%", 100),
        Column("CPU s"),
    )
    threads = [
        (thread, one)
        for one, names in zip(recordings, names_of_threads(recordings), strict=True)
        for thread in map(_named, one.by_thread, names)
    ]
    threads.sort(key=lambda item: stake(item[0]), reverse=True)
    rows = tuple(
        Row(
            thread.name,
            (
                *_held_and_waited(thread, one),
                thread.attached_seconds,
                thread.attached_error,
                attached_part(thread, one.seconds),
                thread.cpu_seconds,
            ),
        )
        for thread, one in threads[:MAX_THREADS]
    )
    left_out = len(threads) - len(rows)
    return known(
        Table("thread", columns, rows, f"… and {left_out:,} more threads" if left_out else "")
    )


def _held_and_waited(thread: ThreadTime, recording: Recording) -> tuple[float | None, ...]:
    """Return what there is to say of the GIL; nothing if there was none."""
    if not had_gil(recording):
        return (None,) * 6
    return (
        thread.held_seconds,
        part_of_time(thread, recording.seconds),
        thread.holds,
        thread.longest_seconds,
        thread.waited_seconds,
        thread.longest_wait_seconds,
    )


def names_of_threads(recordings: Sequence[Recording]) -> list[list[str]]:
    """Return the names of the threads of each process, with its number if there are several."""
    return [
        [
            f"{process_of(one).pid} {thread.name}" if len(recordings) > 1 else thread.name
            for thread in told_apart(one.by_thread)
        ]
        for one in recordings
    ]


def _named(thread: ThreadTime, name: str) -> ThreadTime:
    return replace(thread, name=name)


def lines_table(culprits: Sequence[Culprit], about: Sequence[object], has_gil: bool) -> Table:
    """Return the program's own lines that held, the most costly to others first.

    What a row is about is given of each: a line, or one of several processes. Without a GIL, they
    are those that stayed attached.
    """
    columns = (
        Column("held s"),
        Column("others waited s"),
        Column("longest ms", "%.2f", 1e3),
        Column("holds", "%d"),
        Column("attached s"),
    )
    rows = tuple(
        Row(what, (*_held_by_line(one.line, has_gil), one.line.attached_seconds))
        for what, one in zip(about[:MAX_LINES], culprits, strict=False)
    )
    left_out = len(culprits) - len(rows)
    return known(Table("line", columns, rows, f"… and {left_out:,} more lines" if left_out else ""))


def _held_by_line(line: LineTime, has_gil: bool) -> tuple[float | None, ...]:
    """Return what a line held, made wait, at most, and how often; nothing if there was no GIL."""
    if not has_gil:
        return (None,) * 4
    return line.held_seconds, line.caused_wait_seconds, line.longest_seconds, line.holds


def victims_table(recording: Recording, culprits: tuple[Culprit, ...]) -> Table:
    """Return which line made which thread wait, for how long."""
    causes = [one for one in culprits if one.line.victims][:_MAX_CULPRITS]
    waits: dict[int, float] = defaultdict(float)
    for one in causes:
        for thread, seconds in one.line.victims:
            waits[thread] += seconds
    shown = sorted(waits, key=lambda thread: -waits[thread])[:_MAX_VICTIMS]
    names = [thread.name for thread in told_apart(recording.by_thread)]
    most = max((seconds for one in causes for _, seconds in one.line.victims), default=0.0)
    rows = []
    for one in causes:
        of_line = dict(one.line.victims)
        figures = [of_line.get(thread) for thread in shown]
        others = sum(of_line.values()) - sum(of_line.get(thread, 0.0) for thread in shown)
        figures += [others] if len(waits) > len(shown) else []
        rows.append(Row(one, tuple(figures), tuple((figure or 0.0) / most for figure in figures)))
    columns = [Column(names[thread]) for thread in shown]
    columns += [Column(f"{len(waits) - len(shown):,} others")] if len(waits) > len(shown) else []
    return Table("line", tuple(columns), tuple(rows))


def stalls_table(recordings: Sequence[Recording], details: Sequence[Detail]) -> Table:
    """Return the longest stalls that are drawn, the longest first."""
    columns = (Column("at s", "%.6f"), Column("ms", "%.1f", 1e3))
    starts, names = starts_of(recordings), names_of_threads(recordings)
    numbered = [
        (recordings[process].stalls[place], process, number)
        for process, detail in enumerate(details)
        for number, place in enumerate(detail.stalls)
    ]
    numbered.sort(key=lambda item: -item[0].hold.seconds)
    rows = tuple(
        Row(
            _StallWords.of(process, number, stall, names[process]),
            (starts[process] + stall.hold.start_seconds, stall.hold.seconds),
        )
        for stall, process, number in numbered[:MAX_STALLS]
    )
    left_out = sum(len(one.stalls) for one in recordings) - len(rows)
    return Table("holder", columns, rows, f"… and {left_out:,} shorter ones" if left_out else "")


@dataclass(frozen=True, slots=True)
class _StallWords:
    process: int
    number: int
    holder: str
    place: str
    task: str
    victims: tuple[tuple[str, float, str], ...]

    @classmethod
    def of(cls, process: int, number: int, stall: Stall, names: list[str]) -> _StallWords:
        """Return who held in a stall, where, and who waited where."""
        most = max(stall.stacks, key=lambda stack: stack.seconds, default=None)
        place = "" if most is None else str(own_place(most.frames, most.expression))
        victims = tuple(
            (
                names[victim.thread],
                victim.seconds,
                str(own_place(victim.frames)) if victim.frames else "",
            )
            for victim in stall.victims
        )
        task = stall.task or ""
        return cls(process, number, names[stall.hold.thread], place, task, victims)


def histogram_of(recordings: Sequence[Recording]) -> list[tuple[str, int, float]]:
    """Return the filled part: from how long on, how many, and that in percent of the fullest."""
    counts = [
        sum(of_length)
        for of_length in zip_longest(*(one.histogram for one in recordings), fillvalue=0)
    ]
    filled = [index for index, count in enumerate(counts) if count]
    if not filled:
        return []
    fullest = max(counts)
    return [
        (in_words(2.0**index * 1e-9), counts[index], 100 * counts[index] / fullest)
        for index in range(filled[0], filled[-1] + 1)
    ]


def known(table: Table) -> Table:
    """Return a table without the columns of what is unknown of all."""
    kept = [
        place
        for place in range(len(table.columns))
        if not table.rows or any(row.figures[place] is not None for row in table.rows)
    ]
    return Table(
        table.title,
        tuple(table.columns[place] for place in kept),
        tuple(Row(row.about, tuple(row.figures[place] for place in kept)) for row in table.rows),
        table.rest,
    )
