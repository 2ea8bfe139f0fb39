"""What threads did in each bucket of time besides holding: they waited, or ran released."""

from __future__ import annotations

from collections import defaultdict

from gilext.recording.results import Recording
from gilext.recording.world_report import had_gil, sees_world

Row = tuple[int, int, float, float]
_LEAST_PART = 0.05


def waited_and_released(recording: Recording) -> list[Row]:
    """Return thread, bucket, seconds waited, and seconds of CPU time taken without the GIL.

    Who holds the GIL is taken to run. So what ran released is a lower bound; it is 0 while holds
    are missing, and if it is less than the twentieth of a bucket that samples may be mistaken by.
    """
    width = recording.activity.bucket_seconds
    if width <= 0:
        return []
    held = held_by_bucket(recording, width)
    complete = recording.holds_truncated_at_seconds
    known = float("inf") if complete is None else complete
    rows = []
    for thread, bucket, cpu, waited in recording.activity.rows:
        released = cpu - held[thread, bucket]
        is_certain = released >= _LEAST_PART * width and (bucket + 1) * width <= known
        rows.append((thread, bucket, waited, released if is_certain else 0.0))
    return rows


def ran_in_words(recording: Recording) -> str:
    """Return what CPU time is called that was taken without holding the GIL."""
    if not sees_world(recording):
        return "ran released"
    return "ran without the GIL" if had_gil(recording) else "ran"


def held_by_bucket(recording: Recording, width: float) -> dict[tuple[int, int], float]:
    """Return for how long each thread held the GIL in each bucket of time."""
    held: dict[tuple[int, int], float] = defaultdict(float)
    for start, end, thread in recording.holds.spans():
        first, last = int(start / width), int(end / width)
        for bucket in range(first, last + 1):
            inside = min(end, (bucket + 1) * width) - max(start, bucket * width)
            held[thread, bucket] += max(inside, 0.0)
    return held
