"""What a recording says: what to do first, then lines, threads and stalls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gilext.core.environment import environment_line, gil_notes, unknown_cores
from gilext.core.report import Report, Table, counted
from gilext.recording.culprits import Culprit, culprits_of, own_place
from gilext.recording.summary import held_part, line_table, thread_table, without_a_line
from gilext.recording.thread_rows import sum_of_known, told_apart
from gilext.recording.world_report import (
    attached_line,
    had_gil,
    pause_table,
    sees_world,
    stops_line,
    world_caveats,
)

if TYPE_CHECKING:
    from gilext.recording.parts import Victim
    from gilext.recording.results import Recording

_NOTABLE_SECONDS = 0.005
_LITTLE = 0.01
_MAX_TASKS = 3


def recording_report(recording: Recording) -> Report:
    """Return what to do, and then stops of the world, the lines, the threads and the stalls."""
    culprits = culprits_of(recording.stacks)
    title = verdict(recording, culprits)
    body: list[Table | str] = []
    if had_gil(recording):
        body += [line for line in (held_line(recording),) if not title.startswith(line)]
    body += _world(recording)
    body += _figures(recording, culprits)
    if recording.stall_threshold_seconds is not None and had_gil(recording):
        body.append(stalls_summary(recording))
        body += _tasks(recording)
    return Report(
        title=title,
        place=environment_line(recording.environment),
        body=tuple(body),
        notes=(*missing_processes(recording), *caveats(recording)),
    )


def _world(recording: Recording) -> Iterator[Table | str]:
    """Return what was seen while there was no GIL, if that isn't the title."""
    if not sees_world(recording):
        return
    if had_gil(recording):
        yield stops_line(recording)
    if line := attached_line(recording):
        yield line
    if recording.pauses:
        yield pause_table(recording)


def _figures(recording: Recording, culprits: tuple[Culprit, ...]) -> Iterator[Table | str]:
    """Return the lines and the threads."""
    yield from line_figures([recording], culprits)
    if recording.by_thread:
        yield thread_table(
            recording.by_thread,
            recording.seconds,
            recording.wait_seconds,
            has_gil=had_gil(recording),
        )


def line_figures(
    recordings: Sequence[Recording],
    culprits: Sequence[Culprit],
    processes: Sequence[str] | None = None,
) -> Iterator[Table | str]:
    """Return the lines, or for how long they are unknown where they were looked for."""
    if not culprits:
        recordings = [one for one in recordings if one.lines_unavailable_reason is None]
    threads = [thread for one in recordings for thread in one.by_thread]
    held = sum(thread.held_seconds for thread in threads)
    attached = sum_of_known([thread.attached_seconds for thread in threads])
    waited = sum_of_known([one.wait_seconds for one in recordings])
    has_gil = any(map(had_gil, recordings))
    if culprits:
        yield line_table(
            culprits, held, waited, processes, attached_seconds=attached, has_gil=has_gil
        )
    elif unknown := without_a_line((), held, waited, attached):
        yield unknown


def verdict(recording: Recording, culprits: tuple[Culprit, ...]) -> str:
    """Return in one sentence who waited because of what: what there is to do.

    If waiting threads can't be counted, it says who held. Without a GIL, it says who stopped the
    world, and what it waited for.
    """
    if sees_world(recording) and not had_gil(recording):
        return stops_line(recording)
    waited, error = recording.wait_seconds, recording.wait_error
    if not had_gil(recording) or waited is None or error is None:
        return held_line(recording) + _because(recording, culprits)
    span = f"{recording.seconds:.3f} s"
    if waited == 0:
        return f"no thread was seen to wait for the GIL in {span}: there is nothing to gain"
    found = f"threads waited {waited:.3f} s ± {error:.3f} s in {span}"
    if not has_much_to_gain(recording):
        return f"{found}: there is little to gain"
    return found + _because(recording, culprits)


def has_much_to_gain(recording: Recording) -> bool:
    """Return whether threads waited for a notable part of the time, or for long at a stretch."""
    waited = recording.wait_seconds or 0.0
    return 0 < waited >= _LITTLE * recording.seconds or bool(recording.stalls)


def _because(recording: Recording, culprits: tuple[Culprit, ...]) -> str:
    """Return how much of the waits, or else of what was held, the first line accounts for."""
    if not culprits or not had_gil(recording):
        return ""
    line = culprits[0].line
    if recording.wait_seconds is None:
        part, whole = line.held_seconds, sum(one.held_seconds for one in recording.by_thread)
        reason = "in"
    else:
        part, whole = line.caused_wait_seconds or 0.0, recording.wait_seconds
        reason = "because of"
    if part <= 0 or whole <= 0:
        return ""
    return f"; {min(part / whole, 1.0):.0%} of that {reason} {culprits[0].place()}"


def held_line(recording: Recording) -> str:
    """Return for how much of the time the GIL was held and a thread waited, in one line."""
    if not had_gil(recording):
        return f"no GIL: nothing was held in {recording.seconds:.3f} s"
    held = held_part(recording.held_fraction, recording.held_error)
    said = f"the GIL was held for {held} of {recording.seconds:.3f} s"
    if not recording.pressure:
        return said
    pressure = held_part(recording.pressure, recording.pressure_error)
    return f"{said}, and at least one thread waited for {pressure} (pressure)"


def stalls_summary(recording: Recording) -> str:
    """Return how many stalls there were, and who waited longest, in one line."""
    if recording.stall_threshold_seconds is None:
        return "stalls were switched off"
    if recording.stalls_unavailable_reason is not None:
        return f"stalls can't be seen: {recording.stalls_unavailable_reason}"
    threshold = f"(waits of {recording.stall_threshold_seconds * 1e3:g} ms or more)"
    if not recording.stalls:
        return f"no stalls {threshold}"
    stalled = sum(stall.hold.seconds for stall in recording.stalls)
    count = counted(len(recording.stalls), "stall")
    return f"{count} {threshold}, {stalled:.3f} s in all{worst_victim(recording)}"


def longest_wait(recording: Recording) -> Victim | None:
    """Return the thread that waited longest in a stall; None if none could be named."""
    victims = (victim for stall in recording.stalls for victim in stall.victims)
    return max(victims, key=lambda victim: victim.seconds, default=None)


def worst_victim(recording: Recording, whose: str = "") -> str:
    """Return who waited longest, how long and where, as the end of a sentence; or nothing."""
    worst = longest_wait(recording)
    if worst is None:
        return ""
    name = told_apart(recording.by_thread)[worst.thread].name
    where = f", at {own_place(worst.frames)}" if worst.frames else ""
    return f"; {name}{whose} waited longest, {worst.seconds * 1e3:.1f} ms{where}"


def as_clause(reason: str) -> str:
    """Return a reason as the end of a sentence, without its full stop."""
    return reason.removesuffix(".")


def _tasks(recording: Recording) -> list[str]:
    """Return which asyncio tasks ran in stalls, those first that did longest, in one line."""
    spent: dict[str, float] = defaultdict(float)
    for stall in recording.stalls:
        for stack in stall.stacks:
            if stack.task is not None:
                spent[stack.task] += stack.seconds
    if not spent:
        return []
    longest = sorted(spent.items(), key=lambda item: -item[1])
    named = [f"{name} {seconds:.3f} s" for name, seconds in longest[:_MAX_TASKS]]
    if rest := longest[_MAX_TASKS:]:
        others = counted(len(rest), "other")
        named.append(f"{others} {sum(seconds for _, seconds in rest):.3f} s")
    return [f"asyncio tasks that ran in stalls: {', '.join(named)}"]


def missing_processes(recording: Recording) -> tuple[str, ...]:
    """Return how many child processes are missing, in a sentence; nothing if none is."""
    if recording.children_unavailable_reason is None:
        return ()
    return (f"Missing: {as_clause(recording.children_unavailable_reason)}.",)


def caveats(recording: Recording) -> tuple[str, ...]:
    """Return what one has to know of a recording to read it, a sentence each."""
    notes = []
    if recording.incomplete_reason is not None:
        notes.append(f"Incomplete: {as_clause(recording.incomplete_reason)}.")
    longest = recording.longest[0] if recording.longest else None
    if longest is not None and longest.seconds >= _NOTABLE_SECONDS and not longest.requested:
        notes.append(
            f"No thread requested the GIL during the longest hold, {longest.seconds * 1e3:.1f} ms: that is "
            "an upper bound, as it may have been released between two samples."
        )
    if recording.waits_unavailable_reason is not None and had_gil(recording):
        notes.append(
            f"How long threads waited is unknown: {recording.waits_unavailable_reason}. So stalls "
            "are told by the request that a thread makes when it has waited for a switch interval."
        )
    if recording.lines_unavailable_reason is not None and recording.by_thread:
        held = "held" if had_gil(recording) else "stayed attached"
        notes.append(f"The lines that {held} are unknown: {recording.lines_unavailable_reason}.")
    if recording.lines_truncated_at_seconds is not None:
        notes.append(
            f"From {recording.lines_truncated_at_seconds:.1f} s on, lines that were new then are "
            "missing: the memory for them was used up."
        )
    if recording.throttled_seconds > 0:
        notes.append(
            f"For {recording.throttled_seconds:.1f} s all cores were busy, and gilext took fewer "
            "samples."
        )
    if recording.holds_truncated_at_seconds is not None:
        notes.append(f"Holds one by one only up to {recording.holds_truncated_at_seconds:.1f} s.")
    if recording.stalls_truncated_at_seconds is not None:
        notes.append(f"Stalls only up to {recording.stalls_truncated_at_seconds:.1f} s.")
    here = recording.environment
    return (*notes, *world_caveats(recording), *gil_notes(here.gil_modules), *unknown_cores(here))
