"""Holds of the GIL, one by one, in little memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from struct import Struct
from typing import Any, overload


@dataclass(frozen=True, slots=True)
class Hold:
    """One span in which one thread was seen holding the GIL.

    Attributes
    ----------
    start_seconds : float
        When it began, from the start of the recording.
    seconds : float
        How long it lasted. If no other thread wanted the GIL, this is an upper bound: each sample
        found the thread holding it, but it may have released it briefly between two samples.
    thread : int
        The holder, as an index into `Recording.by_thread`.
    requested : bool
        Whether another thread was seen waiting for the GIL, or had requested it, which it does
        after waiting for a switch interval. From then until the end no other thread had the GIL.
    waited_seconds : float or None
        How many thread-seconds other threads waited while it lasted; None if unknown.
    gapped : bool
        Whether samples were far apart at one of its ends, or inside it while no thread waited. It
        may then have been shorter, or several holds. In `Recording.holds` it covers all the time in
        which the thread was found holding; in `Recording.longest`, the longest part that was
        sampled closely or waited for.
    """

    start_seconds: float
    seconds: float
    thread: int
    requested: bool = False
    waited_seconds: float | None = None
    gapped: bool = False


class Holds(Sequence[Hold]):
    """Holds in order, kept as they were recorded, and made into `Hold` when one is wanted.

    There may be millions: this way each takes 32 bytes.

    Parameters
    ----------
    data : bytes-like
        The holds one after another, as struct's ``@QQQiI``: start and end in nanoseconds of the
        monotonic clock, nanoseconds that others waited, the thread's index, and flags: 1 for a
        hold in which the GIL was requested, 2 for one that was gapped.
    origin_ns : int
        When the recording began, on that clock.
    knows_waits : bool
        Whether what others waited is known.
    """

    __slots__ = ("_data", "_knows_waits", "_origin_ns")
    _ROW = Struct("@QQQiI")
    _REQUESTED, _GAPPED = 1, 2  # csrc/recording/holds.h

    def __init__(self, data: Any = b"", origin_ns: int = 0, knows_waits: bool = False) -> None:
        self._data = memoryview(data).cast("B")
        self._origin_ns = origin_ns
        self._knows_waits = knows_waits

    @classmethod
    def of(cls, holds: Sequence[Hold]) -> Holds:
        """Return the same holds, rounded to nanoseconds."""
        return cls(
            b"".join(
                cls._ROW.pack(
                    round(hold.start_seconds * 1e9),
                    round(hold.start_seconds * 1e9) + round(hold.seconds * 1e9),
                    round((hold.waited_seconds or 0.0) * 1e9),
                    hold.thread,
                    cls._REQUESTED * hold.requested | cls._GAPPED * hold.gapped,
                )
                for hold in holds
            ),
            knows_waits=any(hold.waited_seconds is not None for hold in holds),
        )

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._data) // self._ROW.size

    @overload
    def __getitem__(self, index: int) -> Hold: ...
    @overload
    def __getitem__(self, index: slice) -> Holds: ...
    def __getitem__(self, index: int | slice) -> Hold | Holds:
        """Return one hold, or those of a slice."""
        size = self._ROW.size
        if isinstance(index, slice):
            chosen = range(len(self))[index]
            if chosen.step == 1:
                return self._like(self._data[chosen.start * size : chosen.stop * size])
            rows = (self._data[i * size : (i + 1) * size] for i in chosen)
            return self._like(b"".join(rows))
        place = range(len(self))[index]
        return self._hold(self._ROW.unpack_from(self._data, place * size))

    def __iter__(self) -> Iterator[Hold]:
        """Go through the holds in order."""
        for row in self._ROW.iter_unpack(self._data):
            yield self._hold(row)

    def __eq__(self, other: object) -> bool:
        """Return whether the other has the same holds."""
        return isinstance(other, Holds) and list(self) == list(other)

    def __hash__(self) -> int:
        """Return a hash that equal holds share."""
        return hash(tuple(self[:16]))

    def __reduce__(self) -> tuple[type[Holds], tuple[bytes, int, bool]]:
        """Return what pickling and copying need."""
        return Holds, (bytes(self._data), self._origin_ns, self._knows_waits)

    def __repr__(self) -> str:
        """Return how many there are."""
        return f"<{len(self)} holds>"

    def spans(self) -> Iterator[tuple[float, float, int]]:
        """Go through the start, the end and the thread of each hold, without making a `Hold`."""
        origin_ns = self._origin_ns
        for start_ns, end_ns, _, thread, _ in self._ROW.iter_unpack(self._data):
            yield (start_ns - origin_ns) * 1e-9, (end_ns - origin_ns) * 1e-9, thread

    def columns(self) -> dict[str, list[Any]]:
        """Return the holds as lists, one for each field of `Hold`."""
        holds = list(self)
        return {
            "start_seconds": [hold.start_seconds for hold in holds],
            "seconds": [hold.seconds for hold in holds],
            "thread": [hold.thread for hold in holds],
            "requested": [hold.requested for hold in holds],
            "waited_seconds": [hold.waited_seconds for hold in holds],
            "gapped": [hold.gapped for hold in holds],
        }

    def _like(self, data: Any) -> Holds:
        return Holds(data, self._origin_ns, self._knows_waits)

    def _hold(self, row: tuple[int, int, int, int, int]) -> Hold:
        return hold_of_row(row, self._origin_ns, self._knows_waits)


def hold_of_row(row: tuple[int, int, int, int, int], origin_ns: int, knows_waits: bool) -> Hold:
    """Return a hold, given as the native sampler keeps it and when the recording began."""
    start_ns, end_ns, waited_ns, thread, flags = row
    return Hold(
        (start_ns - origin_ns) * 1e-9,
        (end_ns - start_ns) * 1e-9,
        thread,
        bool(flags & Holds._REQUESTED),
        waited_ns * 1e-9 if knows_waits else None,
        bool(flags & Holds._GAPPED),
    )
