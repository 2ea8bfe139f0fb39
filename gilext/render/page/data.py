"""What the page's code draws: processes and threads as lanes, holds, stalls, and what else."""

from __future__ import annotations

import base64
import sys
from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from gilext.core.report import printable
from gilext.recording.culprits import own_place
from gilext.recording.lines import own_frame
from gilext.recording.processes import starts_of
from gilext.recording.results import Recording, Stall
from gilext.recording.thread_rows import told_apart
from gilext.render.activity import held_by_bucket, ran_in_words, waited_and_released
from gilext.render.lanes import most_at_stake
from gilext.render.page.detail import Detail
from gilext.render.page.frames import Frames, name_of
from gilext.render.page.pauses import drawn_pauses

_NO_HOLDS: dict[str, list[Any]] = {"start_seconds": [], "seconds": [], "thread": []}


def data_of(recording: Recording, details: Sequence[Detail]) -> dict[str, Any]:
    """Return what is drawn, as what ``json.dumps()`` takes."""
    recordings = recording.processes()
    starts = starts_of(recordings)
    frames = Frames()
    return {
        "processes": [
            _process(one, start, detail, frames)
            for one, start, detail in zip(recordings, starts, details, strict=True)
        ],
        "isSingle": not recording.children,
        "frames": frames.names,
    }


def packed(kind: str, values: Iterable[float]) -> str:
    """Return numbers as little-endian bytes, in text: the viewer's machine may not be this one."""
    numbers = array(kind, values)
    if sys.byteorder == "big":
        numbers.byteswap()
    return base64.b64encode(numbers.tobytes()).decode()


def _process(recording: Recording, start: float, detail: Detail, frames: Frames) -> dict[str, Any]:
    shown = most_at_stake(recording.by_thread, detail.lanes)
    lanes = [len(shown)] * len(recording.by_thread)
    for lane, thread in enumerate(shown):
        lanes[thread] = lane
    threads = [printable(thread.name) for thread in told_apart(recording.by_thread)]
    names = [threads[thread] for thread in shown]
    left_out = len(threads) - len(shown)
    return {
        "name": "" if recording.process is None else printable(recording.process.label()),
        "start": start,
        "seconds": recording.seconds,
        "completeSeconds": recording.holds_truncated_at_seconds,
        "ran": ran_in_words(recording),
        "threads": [*names, f"{left_out:,} more threads"] if left_out else names,
        **_holds(recording, lanes, detail),
        "activity": _activity(recording, lanes, detail.joined),
        "stalls": [
            {
                **_stall(recording.stalls[place], lanes, frames),
                "start": start + recording.stalls[place].hold.start_seconds,
                **_victims(recording.stalls[place], threads, detail.victims),
            }
            for place in detail.stalls
        ],
        "pauses": drawn_pauses(recording, start, detail.pauses, lanes, frames),
    }


def _holds(recording: Recording, lanes: Sequence[int], detail: Detail) -> dict[str, Any]:
    """Return each hold, or what each lane held in each bucket of time."""
    width = detail.bucket_seconds
    columns = _NO_HOLDS if width else recording.holds.columns()
    held = held_by_bucket(recording, width) if width else {}
    rows = ((thread, bucket, seconds) for (thread, bucket), seconds in held.items())
    return {
        "starts": packed("d", columns["start_seconds"]),
        "lengths": packed("f", columns["seconds"]),
        "lanes": packed("H", [lanes[int(thread)] for thread in columns["thread"]]),
        "held": _by_bucket(width, rows, lanes, ("amounts",)),
    }


def _activity(recording: Recording, lanes: Sequence[int], joined: int) -> dict[str, Any]:
    width = recording.activity.bucket_seconds * joined
    rows = (
        (thread, bucket // joined, waited, released)
        for thread, bucket, waited, released in waited_and_released(recording)
    )
    return _by_bucket(width, rows, lanes, ("waited", "released"))


def _by_bucket(
    width: float, rows: Iterable[Sequence[float]], lanes: Sequence[int], names: Sequence[str]
) -> dict[str, Any]:
    """Return amounts of threads in buckets of time, added up by lanes, in order of time."""
    sums: dict[tuple[int, int], list[float]] = defaultdict(lambda: [0.0] * len(names))
    for thread, bucket, *amounts in rows:
        of_lane = sums[int(bucket), lanes[int(thread)]]
        for place, amount in enumerate(amounts):
            of_lane[place] += amount
    found = sorted(sums.items())
    return {
        "bucketSeconds": width,
        "buckets": packed("I", [bucket for (bucket, _), _ in found]),
        "lanes": packed("H", [lane for (_, lane), _ in found]),
        **{
            name: packed("f", [amounts[place] for _, amounts in found])
            for place, name in enumerate(names)
        },
    }


def _stall(stall: Stall, lanes: Sequence[int], frames: Frames) -> dict[str, Any]:
    most = max(stall.stacks, key=lambda stack: stack.seconds, default=None)
    stack = () if most is None else most.frames
    return {
        "seconds": stall.hold.seconds,
        "lane": lanes[stall.hold.thread],
        "name": name_of(own_frame(stack)) if stack else "",
        "task": printable(stall.task or ""),
        "stack": frames.numbers_of(stack),
    }


def _victims(stall: Stall, threads: Sequence[str], count: int | None) -> dict[str, Any]:
    """Return who waited, the longest first, and how many more did."""
    shown = stall.victims[:count]
    return {
        "victims": [
            {
                "name": threads[victim.thread],
                "seconds": victim.seconds,
                "place": str(own_place(victim.frames)) if victim.frames else "",
            }
            for victim in shown
        ],
        "more": len(stall.victims) - len(shown),
    }
