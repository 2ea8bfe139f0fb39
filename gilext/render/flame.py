"""The stacks that held the GIL, or were attached without one, as flame graphs: speedscope's JSON, and collapsed text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from gilext.core.report import printable
from gilext.recording.parts import Frame, HeldStack, kept_seconds
from gilext.recording.processes import process_of
from gilext.recording.results import Recording
from gilext.recording.world_report import had_gil, sees_world
from gilext.render.trace_groups import described

# The boxes of a flame graph from its root: a process's name if there are several, a thread's name,
# its frames, and the C function called.
Boxes = tuple[Frame | str, ...]

_SCHEMA = "https://www.speedscope.app/file-format-schema.json"
_NO_STACK = "(no stack)"
_SHORTEST_REST = 1e-9


def held_seconds(recording: Recording) -> dict[Boxes, float]:
    """Return for how long each stack held the GIL; of several processes, each below its name.

    While there was no GIL, it counts for how long it was attached. A thread's stacks add up to what
    it held and was attached: what none of them stands for is ``(no stack)``.
    """
    return _below_names(recording, _held_in)


def waited_seconds(recording: Recording) -> dict[Boxes, float]:
    """Return for how many thread-seconds others waited because of each stack.

    They add up to what was waited in all: what no stack stands for is ``(no stack)``, of no thread.
    Of several processes, each stands below its name. Without a GIL, what waits is a stop of the
    world; the threads that it waited for share its time.

    Raises
    ------
    ValueError
        If waits are unknown, be it of one process.
    """
    return _below_names(recording, _waited_in)


def speedscope(recording: Recording) -> dict[str, Any]:
    """Return a recording as speedscope opens it, as what ``json.dumps()`` takes.

    Each process has a profile of what was held, and if that is known, one of what others waited.
    The one that is shown first is of the process in which the most was waited. Source: the schema
    that the document names.
    """
    profiles: list[tuple[str, dict[Boxes, float]]] = []
    shown, most = 0, 0.0
    for one in recording.processes():
        lead = f"{_process_name(one)}: " if recording.children else ""
        waited = _waited_in(one) if _knows_waits(one) else {}
        if (total := sum(waited.values())) > most:
            shown, most = len(profiles), total
        profiles.append((lead + _kept_title(one), _held_in(one)))
        if _knows_waits(one):
            profiles.append((f"{lead}waited seconds", waited))
    boxes = dict.fromkeys(box for _, seconds in profiles for path in seconds for box in path)
    numbers = {box: number for number, box in enumerate(boxes)}
    return {
        "$schema": _SCHEMA,
        "exporter": f"gilext {recording.environment.gilext_version}",
        "name": "the GIL" if any(map(had_gil, recording.processes())) else "the program",
        "activeProfileIndex": shown,
        "profiles": [_sampled(name, seconds, numbers) for name, seconds in profiles],
        "shared": {"frames": [_speedscope_frame(box) for box in boxes]},
    }


def collapsed(seconds: Mapping[Boxes, float]) -> str:
    """Return stacks as collapsed text: in each line the boxes of one, and its whole microseconds.

    A semicolon parts two boxes, so one in a name becomes a colon.
    """
    lines: dict[str, float] = defaultdict(float)
    for path, spent in seconds.items():
        lines[";".join(_name(box).replace(";", ":") for box in path)] += spent
    rounded = ((line, round(spent * 1e6)) for line, spent in sorted(lines.items()))
    return "".join(f"{line} {microseconds}\n" for line, microseconds in rounded if microseconds)


def _below_names(
    recording: Recording, in_one: Callable[[Recording], dict[Boxes, float]]
) -> dict[Boxes, float]:
    if not recording.children:
        return in_one(recording)
    seconds: dict[Boxes, float] = defaultdict(float)
    for one in recording.processes():
        for path, spent in in_one(one).items():
            seconds[_process_name(one), *path] += spent
    return seconds


def _held_in(recording: Recording) -> dict[Boxes, float]:
    seconds = _added_up(recording, kept_seconds)
    rests = [kept_seconds(thread) for thread in recording.by_thread]
    for stack in recording.stacks:
        rests[stack.thread] -= kept_seconds(stack)
    for number, rest in enumerate(rests):
        if rest > _SHORTEST_REST:
            seconds[_thread_name(recording, number), _NO_STACK] += rest
    return seconds


def _kept_title(recording: Recording) -> str:
    if not had_gil(recording):
        return "attached seconds"
    return "held or attached seconds" if sees_world(recording) else "held seconds"


def _knows_waits(recording: Recording) -> bool:
    return recording.wait_seconds is not None if had_gil(recording) else sees_world(recording)


def _waited_in(recording: Recording) -> dict[Boxes, float]:
    if not _knows_waits(recording):
        reason = recording.waits_unavailable_reason or "the recording has no waits"
        raise ValueError(f"it is unknown for how long threads waited: {reason}")
    seconds = _added_up(recording, lambda stack: stack.caused_wait_seconds or 0.0)
    waited = recording.wait_seconds or 0.0
    for pause in recording.pauses:
        waited += pause.stopping_seconds
        attached = sum(one.seconds for one in pause.waited_for)
        for one in filter(lambda one: one.seconds > 0, pause.waited_for):
            called = () if one.callable is None else (printable(one.callable),)
            path = (*reversed(one.frames), *called) if one.frames else (_NO_STACK,)
            part = pause.stopping_seconds * one.seconds / attached
            seconds[_thread_name(recording, one.thread), *path] += part
    rest = waited - sum(seconds.values())
    if rest > _SHORTEST_REST:
        seconds[(_NO_STACK,)] = rest
    return seconds


def _added_up(recording: Recording, cost: Callable[[HeldStack], float]) -> dict[Boxes, float]:
    seconds: dict[Boxes, float] = defaultdict(float)
    for stack in recording.stacks:
        if (spent := cost(stack)) > 0:
            called = () if stack.callable is None else (printable(stack.callable),)
            root = _thread_name(recording, stack.thread)
            seconds[root, *reversed(stack.frames), *called] += spent
    return seconds


def _process_name(recording: Recording) -> str:
    return printable(process_of(recording).label())


def _thread_name(recording: Recording, thread: int) -> str:
    return printable(recording.by_thread[thread].name).strip() or "(no name)"


def _name(box: Frame | str) -> str:
    return box if isinstance(box, str) else described(box)


def _speedscope_frame(box: Frame | str) -> dict[str, Any]:
    """Return a box as a frame of speedscope: the folder of its file is no part of its name."""
    if isinstance(box, str) or not box.line:
        return {"name": _name(box)}
    short = Frame(Path(box.file).name, box.line, box.function)
    return {"name": described(short), "file": printable(box.file), "line": box.line}


def _sampled(
    name: str, seconds: Mapping[Boxes, float], numbers: Mapping[Frame | str, int]
) -> dict[str, Any]:
    """Return one profile: its samples are the stacks, weighed by their seconds."""
    return {
        "type": "sampled",
        "name": name,
        "unit": "seconds",
        "startValue": 0,
        "endValue": sum(seconds.values()),
        "samples": [[numbers[box] for box in path] for path in seconds],
        "weights": list(seconds.values()),
    }
