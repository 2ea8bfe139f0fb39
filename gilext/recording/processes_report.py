"""What a recording of several processes says: where to look first, then each, then the first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from math import hypot
from typing import TYPE_CHECKING

from gilext.core.environment import environment_line
from gilext.core.report import Report, Table, counted
from gilext.recording.common_lines import CommonLine, common_lines
from gilext.recording.process_rows import longest_stop_ms, process_table, processes_counted
from gilext.recording.processes import process_of, span_of
from gilext.recording.reports import (
    as_clause,
    caveats,
    has_much_to_gain,
    line_figures,
    longest_wait,
    missing_processes,
    recording_report,
    worst_victim,
)
from gilext.recording.summary import LINES_TITLE, held_part
from gilext.recording.thread_rows import sum_of_known
from gilext.recording.world_report import had_gil, sees_world, stops_line

if TYPE_CHECKING:
    from gilext.recording.results import Recording

_MAX_NAMED = 8
_ONE_GIL_EACH = (
    "Each process has a GIL of its own: what was held and waited is added up over the processes "
    "in seconds, and never as a share."
)
_ONE_WORLD_EACH = (
    "A process stops no threads but its own: what was attached is added up over the processes in "
    "seconds, and never as a share."
)


def processes_report(recording: Recording) -> Report:
    """Return where to look first, each process, the lines of all, and the first process's own."""
    recordings = recording.processes()
    lines = common_lines(recordings)
    body: list[Table | str] = [process_table(recordings)]
    culprits, numbers = [one.culprit for one in lines], [one.processes() for one in lines]
    body += line_figures(recordings, culprits, numbers)
    return Report(
        title=_verdict(recordings, lines),
        place=environment_line(recording.environment),
        body=(*body, *_stalls(recordings), *_details(recording)),
        notes=(
            _ONE_GIL_EACH if any(map(had_gil, recordings)) else _ONE_WORLD_EACH,
            *missing_processes(recording),
            *_notes(recording),
        ),
    )


def _details(recording: Recording) -> Iterator[Table | str]:
    """Return what the first process says of itself, with its lines only if they matter."""
    own = recording_report(recording)
    first = process_of(recording)
    source = "" if first.origin == "attach" else ", which all others come from"
    yield f"process {first.title()}{source}: {own.title}"
    is_idle = recording.wait_seconds is not None and not has_much_to_gain(recording)
    for part in own.body:
        if not (is_idle and isinstance(part, Table) and part.columns[0].title == LINES_TITLE):
            yield part


def _verdict(recordings: Sequence[Recording], lines: Sequence[CommonLine]) -> str:
    """Return in one sentence which line to look at first, and in which process."""
    where = f"in {processes_counted(len(recordings))} and {span_of(recordings):.3f} s"
    if not any(map(had_gil, recordings)):
        return longest_stop(recordings, where)
    waited = sum_of_known([one.wait_seconds for one in recordings])
    if waited is None:
        return _most_held(recordings) + _because(lines, None)
    if waited == 0:
        return f"no thread was seen to wait for the GIL {where}: there is nothing to gain"
    error = hypot(*(one.wait_error or 0.0 for one in recordings))
    found = f"threads waited {waited:.3f} s ± {error:.3f} s {where}"
    if not any(map(has_much_to_gain, recordings)):
        return f"{found}: there is little to gain"
    return found + _because(lines, waited)


def longest_stop(recordings: Sequence[Recording], where: str) -> str:
    """Return the longest stop of the world in recordings without a GIL, as a title."""
    if not any(map(sees_world, recordings)):
        return f"there was no GIL {where}"
    stopped = [one for one in recordings if one.pauses]
    if not stopped:
        return f"no stop of the world was seen {where}"
    worst = max(stopped, key=lambda one: longest_stop_ms(one) or 0.0)
    of_all = f"process {process_of(worst).title()}, of {processes_counted(len(recordings))}"
    return f"{of_all}: {stops_line(worst)}"


def _most_held(recordings: Sequence[Recording]) -> str:
    most = max(recordings, key=lambda one: one.held_fraction or 0.0)
    held = held_part(most.held_fraction, most.held_error)
    return (
        f"the GIL of process {process_of(most).title()} was held for {held} of "
        f"{most.seconds:.3f} s, the most of {processes_counted(len(recordings))}"
    )


def _because(lines: Sequence[CommonLine], waited: float | None) -> str:
    """Return how much of the waits the first line accounts for, and where."""
    if not lines:
        return ""
    line = lines[0].culprit.line
    place = f"{lines[0].culprit.place()}, in process {lines[0].processes()}"
    if waited is None:
        return f"; the line that held most is {place}"
    part = min((line.caused_wait_seconds or 0.0) / waited, 1.0)
    return f"; {part:.0%} of that because of {place}" if part > 0 else ""


def _stalls(recordings: Sequence[Recording]) -> Iterator[str]:
    """Return how many stalls there were in all, and who waited longest, if there were any."""
    stalled = [one for one in recordings if one.stalls]
    if not stalled:
        return
    stalls = [stall for one in stalled for stall in one.stalls]
    seconds = sum(stall.hold.seconds for stall in stalls)
    worst = max(stalled, key=_longest_wait_seconds)
    yield (
        f"{counted(len(stalls), 'stall')} in {processes_counted(len(stalled))}, {seconds:.3f} s in "
        f"all{worst_victim(worst, f' of process {process_of(worst).pid}')}"
    )


def _longest_wait_seconds(recording: Recording) -> float:
    longest = longest_wait(recording)
    return 0.0 if longest is None else longest.seconds


def _notes(recording: Recording) -> Iterator[str]:
    """Return what one has to know of each process, those of which it is the same together."""
    pids: dict[str, list[int]] = defaultdict(list)
    for note in caveats(recording):
        pids[note].append(process_of(recording).pid)
    for child in recording.children:
        for note in _notes_of_child(child, environment_line(recording.environment)):
            pids[note].append(process_of(child).pid)
    for note, of_processes in pids.items():
        yield f"{_named(of_processes)}: {note}"


def _notes_of_child(child: Recording, here: str) -> Iterator[str]:
    """Return what is missing of a child, and what it ran on if that is another interpreter."""
    if (there := environment_line(child.environment)) != here:
        yield f"{there}."
    if child.incomplete_reason is not None:
        yield f"Incomplete: {as_clause(child.incomplete_reason)}."
    if child.waits_unavailable_reason is not None and child.environment.gil_enabled:
        yield f"How long threads waited is unknown: {child.waits_unavailable_reason}."
    if child.lines_unavailable_reason is not None and child.by_thread:
        yield f"The lines that held are unknown: {child.lines_unavailable_reason}."
    ends = (child.holds_truncated_at_seconds, child.stalls_truncated_at_seconds,
            child.lines_truncated_at_seconds)  # fmt: skip
    if any(end is not None for end in ends):
        yield "The memory for holds, stalls and lines was used up: later ones are missing."


def _named(pids: Sequence[int]) -> str:
    named = ", ".join(map(str, pids[:_MAX_NAMED]))
    left_out = len(pids) - _MAX_NAMED
    more = f" and {left_out:,} more" if left_out > 0 else ""
    return f"{'Process' if len(pids) == 1 else 'Processes'} {named}{more}"
