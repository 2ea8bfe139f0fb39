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
        How long it lasted. If nobody wanted the GIL it is an upper bound: the thread was found
        holding it at each sample, and may have released it for a moment between two of them.
    thread : int
        The holder, as an index into `Recording.by_thread`.
    requested : bool
        Whether another thread was seen to wait for the GIL, or to have requested it, which it does
        when it has waited for a switch interval. No other thread had the GIL from then on.
    """

    start_seconds: float
    seconds: float
    thread: int
    requested: bool = False


class Holds(Sequence[Hold]):
    """Holds in order, kept as they were recorded, and made into `Hold` when one is wanted.

    There may be millions: this way each takes 24 bytes.

    Parameters
    ----------
    data : bytes-like
        The holds one after another, as struct's ``@QQiI``: start and end in nanoseconds of the
        monotonic clock, the thread's index, and flags: 1 for a hold in which the GIL was requested.
    origin_ns : int
        When the recording began, on that clock.
    """

    __slots__ = ("_data", "_origin_ns")
    _ROW = Struct("@QQiI")
    _REQUESTED = 1  # csrc/recording/holds.h

    def __init__(self, data: Any = b"", origin_ns: int = 0) -> None:
        self._data = memoryview(data).cast("B")
        self._origin_ns = origin_ns

    @classmethod
    def of(cls, holds: Sequence[Hold]) -> Holds:
        """Return the same holds, rounded to nanoseconds."""
        return cls(
            b"".join(
                cls._ROW.pack(
                    round(hold.start_seconds * 1e9),
                    round(hold.start_seconds * 1e9) + round(hold.seconds * 1e9),
                    hold.thread,
                    cls._REQUESTED * hold.requested,
                )
                for hold in holds
            )
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
                return Holds(self._data[chosen.start * size : chosen.stop * size], self._origin_ns)
            rows = (self._data[i * size : (i + 1) * size] for i in chosen)
            return Holds(b"".join(rows), self._origin_ns)
        place = range(len(self))[index]
        return self._hold(*self._ROW.unpack_from(self._data, place * size))

    def __iter__(self) -> Iterator[Hold]:
        """Go through the holds in order."""
        for row in self._ROW.iter_unpack(self._data):
            yield self._hold(*row)

    def __eq__(self, other: object) -> bool:
        """Return whether the other has the same holds."""
        return isinstance(other, Holds) and list(self) == list(other)

    def __hash__(self) -> int:
        """Return a hash that equal holds share."""
        return hash(tuple(self[:16]))

    def __reduce__(self) -> tuple[type[Holds], tuple[bytes, int]]:
        """Return what pickling and copying need."""
        return Holds, (bytes(self._data), self._origin_ns)

    def __repr__(self) -> str:
        """Return how many there are."""
        return f"<{len(self)} holds>"

    def columns(self) -> dict[str, list[float] | list[int] | list[bool]]:
        """Return the holds as lists, one for each field of `Hold`."""
        rows = list(self._ROW.iter_unpack(self._data))
        return {
            "start_seconds": [(start - self._origin_ns) * 1e-9 for start, _, _, _ in rows],
            "seconds": [(end - start) * 1e-9 for start, end, _, _ in rows],
            "thread": [thread for _, _, thread, _ in rows],
            "requested": [bool(flags & self._REQUESTED) for _, _, _, flags in rows],
        }

    def _hold(self, start_ns: int, end_ns: int, thread: int, flags: int) -> Hold:
        return hold_of_row((start_ns, end_ns, thread, flags), self._origin_ns)


def hold_of_row(row: tuple[int, int, int, int], origin_ns: int) -> Hold:
    """Return a hold, given as the native sampler keeps it and when the recording began."""
    start_ns, end_ns, thread, flags = row
    return Hold(
        (start_ns - origin_ns) * 1e-9,
        (end_ns - start_ns) * 1e-9,
        thread,
        bool(flags & Holds._REQUESTED),
    )
