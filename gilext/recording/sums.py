"""What the native sampler adds up, as it says it: times in nanoseconds of the monotonic clock."""

from typing import TypedDict


class Sums(TypedDict):
    """What a held fraction and its error are worked out from.

    Pairs are of samples that lay close together; changes, of those that differed. ``ns2`` are sums
    of squared distances: of changes, and of the pairs that lay too far apart.
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


class Totals(Sums):
    """The sums of a whole recording; ``full_ns`` is from when on some are missing, or 0."""

    longest_gap_ns: int
    throttled_ns: int
    holds_full_ns: int
    stalls_full_ns: int
    stacks_full_ns: int
    folded_threads: int


class Window(Sums):
    """The sums of the window that ends now."""

    longest_hold_ns: int
