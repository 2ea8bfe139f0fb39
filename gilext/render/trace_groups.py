"""The processes of a trace: their numbers in it, and what all of their events have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gilext.core.report import printable
from gilext.recording.parts import Frame
from gilext.recording.processes import process_of, starts_of
from gilext.recording.results import Recording
from gilext.recording.world_report import had_gil, sees_world

Event = dict[str, Any]
Span = tuple[int, int]  # start and end in nanoseconds

KEPT_WAITING = "kept waiting"  # what a flow from a cause to a wait is called
_SINGLE = 1  # the number of a process that is the only one
_REUSED = 1 << 22  # Linux gives no number this high


@dataclass(frozen=True, slots=True)
class Group:
    """A process of the trace: its numbers there, and when its recording began in it."""

    recording: Recording
    name: str
    place: int
    pid: int
    first_thread: int
    start_ns: int
    category: str

    @property
    def world(self) -> int:
        """Its lane of stops of the world, which has a place behind its threads."""
        return len(self.recording.by_thread)

    def tid(self, thread: int) -> int:
        """Return the number of one of its threads, which no other process has; 0 for -1."""
        return 0 if thread < 0 else self.first_thread + thread

    def event(self, kind: str, name: str, thread: int, when_ns: int, **more: object) -> Event:
        """Return an event of one of its threads, or for -1 of none."""
        return {
            "ph": kind,
            "name": name,
            "cat": self.category,
            "pid": self.pid,
            "tid": self.tid(thread),
            "ts": (self.start_ns + when_ns) / 1000,
            **more,
        }

    def complete(self, name: str, thread: int, span: Span, **arguments: object) -> Event:
        """Return an event with a length."""
        length = (span[1] - span[0]) / 1000
        return self.event("X", name, thread, span[0], dur=length, args=arguments)

    def metadata(self, kind: str, thread: int, **arguments: object) -> Event:
        """Return a name or a place for the process, or for one of its threads."""
        tid = self.tid(thread)
        return {"ph": "M", "name": kind, "pid": self.pid, "tid": tid, "args": arguments}


def groups_of(recording: Recording) -> list[Group]:
    """Return the processes; a number that two of them had one after the other becomes two."""
    if not recording.children:
        name = "the GIL" if had_gil(recording) else "the program"
        return [Group(recording, name, 0, _SINGLE, 1, 0, _category(recording))]
    groups: list[Group] = []
    recordings = recording.processes()
    first_thread = 1
    pids: set[int] = set()
    for place, (one, start) in enumerate(zip(recordings, starts_of(recordings), strict=True)):
        process = process_of(one)
        pid = process.pid
        while pid in pids:
            pid += _REUSED
        pids.add(pid)
        groups.append(
            Group(
                recording=one,
                name=process.name_and_end(),
                place=place,
                pid=pid,
                first_thread=first_thread,
                start_ns=nanoseconds(start),
                category=_category(one),
            )
        )
        first_thread += len(one.by_thread) + sees_world(one)
    return groups


def _category(recording: Recording) -> str:
    return "gil" if had_gil(recording) else "world"


def described(frame: Frame) -> str:
    """Return a frame in one line."""
    if frame.file.startswith(("<GC>", "<truncated>")):
        return printable(" ".join(dict.fromkeys((frame.file, frame.function))))
    place = f"{frame.file}:{frame.line}" if frame.line else frame.file
    return printable(f"{frame.function} ({place})")


def nanoseconds(seconds: float) -> int:
    """Return a time in whole nanoseconds."""
    return round(seconds * 1e9)


def known(**details: object) -> dict[str, object]:
    """Return the details that are known."""
    return {name: detail for name, detail in details.items() if detail is not None}
