"""What the native sampler keeps, as results: threads with their names, stalls with their stacks."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter

from gilext._native import Sampler
from gilext.recording.holds import hold_of_row
from gilext.recording.lines import WATCHING, is_shim, own_index
from gilext.recording.parts import (
    Activity,
    Frame,
    HeldStack,
    Stall,
    ThreadTime,
    Victim,
    kept_seconds,
    stack_samples,
)
from gilext.recording.source import Place, expression_at
from gilext.recording.sums import StackRow


def threads_of(sampler: Sampler, names: Mapping[int, str]) -> tuple[ThreadTime, ...]:
    """Return the threads, given their names by their native numbers.

    What a thread waited in all is its share of what all waited, and may come out shorter than what
    is certain of one wait: then no more than the share is said of that.
    """
    are_named = sampler.names_waiters
    threads = []
    for ident, native_id, held, count, longest, _, waited, longest_wait in sampler.threads():
        is_folded = native_id == 0 and ident != 0
        threads.append(
            ThreadTime(
                name=f"{ident} other threads" if is_folded else _name_of(native_id, names),
                ident=0 if is_folded else ident,
                native_id=native_id,
                held_seconds=held * 1e-9,
                longest_seconds=longest * 1e-9,
                holds=count,
                waited_seconds=waited * 1e-9 if are_named else None,
                longest_wait_seconds=min(longest_wait, waited) * 1e-9 if are_named else None,
            )
        )
    return tuple(threads)


def _name_of(native_id: int, names: Mapping[int, str]) -> str:
    return names.get(native_id, f"thread {native_id}" if native_id else "unknown")


def activity_of(sampler: Sampler) -> tuple[Activity, list[float | None]]:
    """Return what the threads did, and the CPU time of each in all; nothing if it is unknown."""
    found = sampler.activity()
    if found is None:
        return Activity(), [None] * len(sampler.threads())
    bucket_ns, rows, cpu_ns = found
    activity = Activity(
        bucket_ns * 1e-9,
        tuple((thread, bucket, cpu * 1e-9, waited * 1e-9) for thread, bucket, cpu, waited in rows),
    )
    return activity, [None if cpu is None else cpu * 1e-9 for cpu in cpu_ns]


def stacks_of(sampler: Sampler, sources_until: float | None = None) -> tuple[HeldStack, ...]:
    """Return the stacks that held the GIL, as the sampler numbers them.

    Source files that were changed after a time of day, if one is given, aren't what ran.
    """
    frames, places = [], []
    for file, line, function, *columns in sampler.frames():
        frames.append(Frame(file, line, function))
        places.append(Place(file, line, *columns))
    rows = sampler.stacks()
    waits: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for row, thread, waited in sampler.waits():
        waits[row].append((thread, waited))
    wait_of = _wait_per_waiting_ns(sampler, rows) if sampler.counts_waiters else None
    held_of = _time_per_weight((row[0], row[3], row[4]) for row in rows)
    attached_of = _time_per_weight((row[0], row[8], row[9]) for row in rows)
    world = sampler.attached()
    knows_attached = world["samples"] > world["samples_with_gil"]

    def stack_of(number: int, row: StackRow) -> HeldStack:
        thread, numbers, called, _, weight, waiting, holds, longest, _, attached = row
        numbers = _without_our_own(frames, numbers)
        own = own_index([frames[frame] for frame in numbers])
        caused = None if wait_of is None else waiting * wait_of[thread] * 1e-9
        return HeldStack(
            thread=thread,
            frames=tuple(frames[frame] for frame in numbers),
            held_seconds=weight * held_of[thread] * 1e-9,
            caused_wait_seconds=caused,
            holds=holds,
            longest_seconds=longest * 1e-9,
            expression=expression_at(places[numbers[0]], sources_until),
            callable=called,
            own_expression=expression_at(places[numbers[own]], sources_until),
            victims=_shares(waits[number], caused or 0.0),
            attached_seconds=attached * attached_of[thread] * 1e-9 if knows_attached else None,
        )

    return tuple(stack_of(number, row) for number, row in enumerate(rows))


def _without_our_own(frames: Sequence[Frame], numbers: tuple[int, ...]) -> tuple[int, ...]:
    """Leave out what the watch put onto a stack of the program, and what the interpreter did.

    The watch's are its ends and its `Thread.start`; a thread that is a part of it keeps its stack.
    """
    others = (
        number
        for number in numbers
        if not frames[number].file.startswith(WATCHING) and not is_shim(frames[number])
    )
    return tuple(others) or numbers


def _shares(waits: Sequence[tuple[int, int]], caused: float) -> tuple[tuple[int, float], ...]:
    """Return who waited for a stack, no more than others waited for it in all.

    Both are estimates, of samples taken at different times.
    """
    named = sum(waited for _, waited in waits) * 1e-9
    part = min(1.0, caused / named) if named else 0.0
    shares = ((thread, waited * 1e-9 * part) for thread, waited in waits if part)
    return tuple(sorted(shares, key=lambda share: -share[1]))


def _time_per_weight(shares: Iterable[tuple[int, int, int]]) -> dict[int, float]:
    """Return for each thread its time, as a part of what its stacks weigh.

    A stack that was taken after a long time without samples tells no more than another: it weighs
    as much as one may at most. In that time the thread is taken to have run what it ran otherwise.

    Parameters
    ----------
    shares : iterable of (int, int, int)
        Of each stack its thread, the time that it stands for, and its weight.
    """
    times: dict[int, int] = defaultdict(int)
    weights: dict[int, int] = defaultdict(int)
    for thread, time, weight in shares:
        times[thread] += time
        weights[thread] += weight
    return {thread: times[thread] / weight if weight else 0.0 for thread, weight in weights.items()}


def _wait_per_waiting_ns(sampler: Sampler, rows: Sequence[StackRow]) -> list[float]:
    """Return for each thread what others waited for it, as a part of what its stacks say.

    A stack says how many threads waited when it was taken, times the held time that it stands for.
    What others waited for a thread in all is known from every sample, and so more exactly.
    """
    waiting: dict[int, int] = defaultdict(int)
    for row in rows:
        waiting[row[0]] += row[5]
    return [
        caused / waiting[thread] if waiting[thread] else 0.0
        for thread, (_, _, _, _, _, caused, *_) in enumerate(sampler.threads())
    ]


def costly_first(stacks: Iterable[HeldStack]) -> tuple[HeldStack, ...]:
    """Return the stacks that stand for held or attached time, the most costly first."""
    return tuple(sorted(filter(kept_seconds, stacks), key=kept_seconds, reverse=True))


def stalls_of(sampler: Sampler, stacks: Sequence[HeldStack], origin: int) -> tuple[Stall, ...]:
    """Return the stalls, each with the stacks that were taken while it lasted."""
    moments = sorted(sampler.moments(), key=itemgetter(0))
    times = [when for when, *_ in moments]
    victims = sorted(sampler.victims(), key=itemgetter(1))
    ends = [until for _, until, _, _ in victims]
    stalls = []
    for item in sampler.stalls():
        hold = hold_of_row(item, origin, sampler.counts_waiters)
        within = moments[bisect_left(times, item[0]) : bisect_right(times, item[1])]
        taken = [((when - origin) * 1e-9, stacks[row], task) for when, row, task in within]
        waited = victims[bisect_left(ends, item[0]) : bisect_right(ends, item[1])]
        stalls.append(Stall(hold, stack_samples(hold, taken), _victims(item, waited, stacks)))
    return tuple(stalls)


def _victims(
    stall: tuple[int, int, int, int, int],
    waited: Iterable[tuple[int, int, int, int | None]],
    stacks: Sequence[HeldStack],
) -> tuple[Victim, ...]:
    """Return the threads that waited in a stall; none of them had the GIL before its end."""
    start, end, *_ = stall
    victims = (
        Victim(
            thread=thread,
            seconds=(end - max(start, since)) * 1e-9,
            frames=() if row is None else stacks[row].frames,
        )
        for since, _, thread, row in waited
        if since < end
    )
    return tuple(sorted(victims, key=lambda victim: -victim.seconds))
