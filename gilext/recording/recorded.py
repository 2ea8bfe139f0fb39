"""From a sampler that has stopped to its recording: of this process, or read back from a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace

from gilext._native import Sampler
from gilext.core.environment import Environment
from gilext.recording.estimates import Waits, held_fraction, waits
from gilext.recording.holds import Holds, hold_of_row
from gilext.recording.results import Recording
from gilext.recording.views import activity_of, costly_first, stacks_of, stalls_of, threads_of
from gilext.recording.without_gil import pauses_of, with_attached, without_gil_of

NO_WAITERS = "this C library doesn't tell how many threads wait on a condition"
_NO_STALLS = "neither waiters nor requests of the GIL can be read on this system"
_NO_FRAMES = "the frames of this interpreter are unknown"
_LINES_OFF = "they were switched off"


def recording_of_sampler(
    sampler: Sampler,
    names: Mapping[int, str],
    *,
    interval: float,
    stalls: float | None,
    lines: bool,
    environment: Environment,
    sources_until: float | None = None,
) -> Recording:
    """Return what a sampler saw.

    Parameters
    ----------
    sampler : Sampler
        It has stopped.
    names : mapping of int to str
        The names of threads, by their native numbers.
    interval, stalls, lines
        What it was asked for; None for no stalls.
    environment : Environment
        Of the process that was sampled.
    sources_until : float, optional
        A time of day: the text of source files that were changed later isn't what ran.
    """
    totals = sampler.totals()
    origin = totals["start_ns"]

    def seconds_from(when_ns: int) -> float | None:
        return (when_ns - origin) * 1e-9 if when_ns else None

    fraction, error = held_fraction(totals)
    counts_waiters = sampler.counts_waiters
    waited = waits(totals) if counts_waiters else Waits()
    longest = (hold_of_row(item, origin, counts_waiters) for item in sampler.longest())
    stacks = stacks_of(sampler, sources_until)
    activity, cpu_seconds = activity_of(sampler)
    seconds = (totals["end_ns"] - origin) * 1e-9
    attached = sampler.attached()
    without = without_gil_of(attached, seconds)
    threads = with_attached(threads_of(sampler, names), attached, totals, without)
    pauses_seen, pauses = sampler.pauses()
    return Recording(
        seconds=seconds,
        held_fraction=None if without.was_always else fraction,
        held_error=None if without.was_always else error,
        observed_seconds=totals["observed_ns"] * 1e-9,
        interval_seconds=interval,
        throttled_seconds=totals["throttled_ns"] * 1e-9,
        samples=totals["samples"],
        longest_gap_seconds=totals["longest_gap_ns"] * 1e-9,
        by_thread=tuple(
            replace(thread, cpu_seconds=cpu)
            for thread, cpu in zip(threads, cpu_seconds, strict=True)
        ),
        longest=tuple(sorted(longest, key=lambda hold: -hold.seconds)),
        stall_threshold_seconds=stalls,
        stalls=stalls_of(sampler, stacks, origin),
        stalls_truncated_at_seconds=seconds_from(totals["stalls_full_ns"]),
        stalls_unavailable_reason=None if sampler.sees_waits else _NO_STALLS,
        lines_unavailable_reason=_why_no_lines(sampler, lines),
        lines_truncated_at_seconds=seconds_from(totals["stacks_full_ns"]),
        stacks=costly_first(stacks),
        activity=activity,
        holds=Holds(sampler, origin, counts_waiters),
        holds_truncated_at_seconds=seconds_from(totals["holds_full_ns"]),
        histogram=tuple(sampler.histogram()),
        environment=environment,
        waits_unavailable_reason=None if counts_waiters else NO_WAITERS,
        without_gil_seconds=without.seconds,
        pauses=pauses_of(pauses, stacks, origin),
        pauses_seen=pauses_seen if without.was_seen else None,
        collections=sampler.collections,
        **asdict(waited),
    )


def _why_no_lines(sampler: Sampler, lines: bool) -> str | None:
    if not lines:
        return _LINES_OFF
    return None if sampler.knows_frames else _NO_FRAMES
