"""Stops of the world as events of a trace, in a lane of their own and in those of threads."""

from __future__ import annotations

from collections.abc import Iterator

from gilext.core.report import printable
from gilext.recording.pauses import Pause, WaitedFor
from gilext.recording.world_report import sees_world
from gilext.render.trace_groups import (
    KEPT_WAITING,
    Event,
    Group,
    Span,
    described,
    known,
    nanoseconds,
)


def stops(group: Group, numbers: Iterator[int]) -> Iterator[Event]:
    """Return the lane of a process's stops of the world, if there were any to see, with its events.

    A flow belongs to the event that was the last to begin, so the flows stand behind all of them.
    """
    if not sees_world(group.recording):
        return
    yield group.metadata("thread_name", group.world, name="stops of the world")
    yield group.metadata("thread_sort_index", group.world, sort_index=-1)
    flows: list[Event] = []
    for pause in group.recording.pauses:
        stopping = _stopping(pause)
        yield from _stop(group, pause, stopping)
        waiting = group.world if pause.asker is None else pause.asker
        if pause.asker is not None:
            yield group.complete("stopping the world", pause.asker, stopping, **_why(pause))
        for one in pause.waited_for:
            attached = stopping[0], stopping[0] + nanoseconds(one.seconds)
            details = _asker(group, pause) | _where(one)
            yield group.complete("attached", one.thread, attached, **details)
            number, start = next(numbers), stopping[0]
            flows.append(group.event("s", KEPT_WAITING, one.thread, start, id=number))
            flows.append(group.event("f", KEPT_WAITING, waiting, start, id=number, bp="e"))
    yield from flows


def _stop(group: Group, pause: Pause, stopping: Span) -> Iterator[Event]:
    """Return a stop, and inside of it how long it took, and how long the world stood still."""
    start, still = stopping
    end = still + nanoseconds(pause.stopped_seconds or 0.0)
    waited_for = [
        {"thread": _name(group, one.thread), "seconds": one.seconds, **_where(one)}
        for one in pause.waited_for
    ]
    details = _asker(group, pause) | _why(pause)
    yield group.complete(
        "stop of the world", group.world, (start, end), **details, waited_for=waited_for
    )
    yield group.complete("stopping", group.world, stopping)
    if pause.stopped_seconds is not None:
        yield group.complete("standing still", group.world, (still, end))


def _stopping(pause: Pause) -> Span:
    start = nanoseconds(pause.start_seconds)
    return start, start + nanoseconds(pause.stopping_seconds)


def _asker(group: Group, pause: Pause) -> dict[str, object]:
    return known(asker=None if pause.asker is None else _name(group, pause.asker))


def _why(pause: Pause) -> dict[str, object]:
    return known(reason=pause.reason) | _where(pause)


def _where(one: Pause | WaitedFor) -> dict[str, object]:
    stack = [described(frame) for frame in one.frames]
    return {"stack": stack, **known(callable=one.callable)}


def _name(group: Group, thread: int) -> str:
    return printable(group.recording.by_thread[thread].name)
