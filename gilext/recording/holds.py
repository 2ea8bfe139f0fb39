"""Holds of the GIL, one by one, in little memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from struct import Struct
from typing import Any, overload


@dataclass(frozen=True, slots=True)
class Hold:
    """One unbroken span in which one thread held the GIL.

    Attributes
    ----------
    start_seconds : float
        When it began, from the start of the recording.
    seconds : float
        How long it lasted.
    thread : int
        The holder, as an index into `Recording.by_thread`.
    """

    start_seconds: float
    seconds: float
    thread: int


class Holds(Sequence[Hold]):
    """Holds in order, kept as they were recorded, and made into `Hold` when one is wanted.

    There may be millions: this way each takes 24 bytes.

    Parameters
    ----------
    data : bytes-like
        The holds one after another, as struct's ``@QQiI``: start and end in nanoseconds of the
        monotonic clock, the thread's index, nothing.
    origin_ns : int
        When the recording began, on that clock.
    """

    __slots__ = ("_data", "_origin_ns")
    _ROW = Struct("@QQiI")

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
                    0,
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

    def columns(self) -> dict[str, list[float] | list[int]]:
        """Return the holds as three lists: their starts, their lengths, their threads."""
        rows = list(self._ROW.iter_unpack(self._data))
        return {
            "start_seconds": [(start - self._origin_ns) * 1e-9 for start, _, _, _ in rows],
            "seconds": [(end - start) * 1e-9 for start, end, _, _ in rows],
            "thread": [thread for _, _, thread, _ in rows],
        }

    def _hold(self, start_ns: int, end_ns: int, thread: int, _: int) -> Hold:
        return Hold((start_ns - self._origin_ns) * 1e-9, (end_ns - start_ns) * 1e-9, thread)
