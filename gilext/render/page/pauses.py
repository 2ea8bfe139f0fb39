"""Stops of the world on the page: what is drawn of them, and their table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gilext.core.report import printable
from gilext.recording.lines import own_frame
from gilext.recording.pauses import Pause, WaitedFor
from gilext.recording.processes import starts_of
from gilext.recording.results import Recording
from gilext.recording.world_report import seen_parts, sees_world, stop_place
from gilext.render.page.detail import Detail
from gilext.render.page.frames import Frames, name_of
from gilext.render.page.tables import Column, Row, Table, known, names_of_threads

MAX_PAUSES = 200


def drawn_pauses(
    recording: Recording, start: float, places: Sequence[int], lanes: Sequence[int], frames: Frames
) -> list[dict[str, Any]] | None:
    """Return the stops of the world as the page's code draws them; None if it can have had none.

    Parameters
    ----------
    recording : Recording
        Of one process.
    start : float
        When it began, on the page's clock.
    places : sequence of int
        Which stops are drawn, as indices.
    lanes : sequence of int
        In which lane each thread is.
    frames : Frames
        The page's frames.
    """
    if not sees_world(recording):
        return None
    names = [printable(name) for name in names_of_threads([recording])[0]]
    drawn = []
    for place in places:
        pause = recording.pauses[place]
        drawn.append(
            {
                "start": start + pause.start_seconds,
                "seconds": pause.seconds,
                "stopping": pause.stopping_seconds,
                "stopped": pause.stopped_seconds,
                "asker": None if pause.asker is None else lanes[pause.asker],
                "name": "" if pause.asker is None else names[pause.asker],
                "reason": pause.reason or "",
                "stack": frames.numbers_of(pause.frames),
                "waitedFor": [_waited_for(one, names, lanes) for one in pause.waited_for],
            }
        )
    return drawn


def _waited_for(one: WaitedFor, names: Sequence[str], lanes: Sequence[int]) -> dict[str, Any]:
    return {
        "name": names[one.thread],
        "lane": lanes[one.thread],
        "seconds": one.seconds,
        "line": name_of(own_frame(one.frames)) if one.frames else "",
        "place": _where(one),
    }


def pauses_table(recordings: Sequence[Recording], details: Sequence[Detail]) -> Table:
    """Return the longest stops of the world that are drawn, the longest first."""
    columns = (
        Column("at s", "%.6f"),
        Column("stopping ms", "%.2f", 1e3),
        Column("standing still ms", "%.2f", 1e3),
    )
    starts, names = starts_of(recordings), names_of_threads(recordings)
    numbered = [
        (recordings[process].pauses[place], process, number)
        for process, detail in enumerate(details)
        for number, place in enumerate(detail.pauses)
    ]
    numbered.sort(key=lambda item: -item[0].seconds)
    rows = tuple(
        Row(
            _PauseWords.of(process, number, pause, names[process]),
            (
                starts[process] + pause.start_seconds,
                *seen_parts(pause),
            ),
        )
        for pause, process, number in numbered[:MAX_PAUSES]
    )
    left_out = sum(one.pauses_seen or 0 for one in recordings) - len(rows)
    notes = [f"… and {left_out:,} shorter ones"] if left_out > 0 else []
    if any(None in row.figures for row in rows):
        notes.append("-: seen in one sample, or in none")
    return known(Table("asked by", columns, rows, "; ".join(notes)))


@dataclass(frozen=True, slots=True)
class _PauseWords:
    process: int
    number: int
    asker: str
    place: str
    reason: str
    waited_for: tuple[tuple[str, float, str], ...]

    @classmethod
    def of(cls, process: int, number: int, pause: Pause, names: list[str]) -> _PauseWords:
        """Return who asked for a stop, where and why, and who was waited for where."""
        return cls(
            process,
            number,
            asker="unknown" if pause.asker is None else names[pause.asker],
            place=_where(pause),
            reason=pause.reason or "",
            waited_for=tuple(
                (names[one.thread], one.seconds, _where(one)) for one in pause.waited_for
            ),
        )


def _where(one: Pause | WaitedFor) -> str:
    """Return the program's own line on which a thread was, and the C function that it called."""
    if not one.frames:
        return ""
    return str(stop_place(one.frames)) + (f", calling {one.callable}" if one.callable else "")
