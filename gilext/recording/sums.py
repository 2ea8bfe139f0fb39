"""What the native sampler adds up, as it says it: times in nanoseconds of the monotonic clock."""

from typing import TypeAlias, TypedDict


class Sums(TypedDict):
    """What held and waited time and their errors are worked out from.

    Pairs are of samples that lay close together; changes, of those that differed. ``ns2`` are sums
    of squared distances: of changes, and of the pairs that lay too far apart. What begins with
    ``wait`` or ``pressure`` is of the number of threads that waited, and of whether one did:
    integrals over time of it and its square, and its jumps, squared. All of that is 0 if waiters
    are unknown.
    """

    start_ns: int
    end_ns: int
    samples: int
    held_ns: int
    observed_ns: int
    observed_pairs: int
    changes: int
    changes_ns2: float
    unseen_ns2: float
    wait_ns: int
    wait_squares_ns: int
    wait_jumps: int
    wait_jumps_ns2: float
    pressure_ns: int
    pressure_jumps: int
    pressure_jumps_ns2: float
    held_wait_ns: int


class Totals(Sums):
    """The sums of a whole recording; ``full_ns`` is since when some are missing, or 0."""

    longest_gap_ns: int
    throttled_ns: int
    holds_full_ns: int
    stalls_full_ns: int
    stacks_full_ns: int


class Window(Sums):
    """The sums of the window that ends now."""

    longest_hold_ns: int
    longest_wait_ns: int


class FileState(TypedDict):
    """What a recording's file says of how it was made, and how it ended.

    ``process`` is the number of the process that made it, and ``process_start`` field 22 of its
    ``/proc/PID/stat``, or 0; ``wall_ns`` and ``clock_ns`` are the time of day and the monotonic
    clock at one moment. ``was_writing``: the process was killed in the middle of a sample, which
    was taken back; ``is_cut``: the file ends too early.
    """

    is_ended: bool
    was_writing: bool
    is_cut: bool
    process: int
    process_start: int
    wall_ns: int
    clock_ns: int
    interval_ns: int
    stall_ns: int
    takes_stacks: bool
    gilext_version: str


class AttachedSums(TypedDict):
    """What was seen while there was no GIL: of the time, as `Sums` has it, and of each thread.

    ``threads`` are tuples of the time for which one was attached, of how often two samples in a row
    differed, and of the sum of the squared distances of these.
    """

    samples: int
    samples_with_gil: int
    without_gil_ns: int
    observed_ns: int
    observed_pairs: int
    unseen_ns2: float
    threads: list[tuple[int, int, float]]


class EndedStall(TypedDict):
    """A stall that a watchdog saw end; `missed` ended since the one before, and weren't kept."""

    wall_ns: int
    waited_ns: int
    held_ns: int
    holder: tuple[int, int, str]
    callable: str | None
    task: str | None
    is_collection: bool
    frames: list[tuple[str, int, str]]
    frames_omitted: int
    waiters: int | None
    waiting: list[tuple[int, int, str, tuple[str, int, str] | None]]
    missed: int


# The holder; the frames, by their numbers, the innermost first; the C function that the innermost
# called; held ns; the same without what no sample has seen; that times how many threads waited;
# holds; the longest of these in ns; without a GIL, attached ns, and the same without what no sample
# has seen.
StackRow: TypeAlias = tuple[int, tuple[int, ...], str | None, int, int, int, int, int, int, int]

# A stop of the world: when it was first seen asked for; when it was first seen standing still, or
# else last seen asked for; when it was last seen standing still, or 0; the asker; the row of its
# stack; and of the threads that were attached still, until when they were, and the same.
PauseRow: TypeAlias = tuple[
    int, int, int, int | None, int | None, list[tuple[int, int, int | None]]
]
