"""What `check_leaks` found, as figures and as text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gilext.core.report import Cell, Column, Report, Table, counted
from gilext.core.results import Result
from gilext.core.units import in_bytes, in_words
from gilext.references.growth import ERRORS_TO_BE_SURE
from gilext.references.wording import (
    in_doubt,
    in_one_sentence,
    in_whole_rate,
    size_in_rate,
    where_to_look,
)

_WHOLE_ABOVE = 100

# What is counted, in front of what leaks.
_LABELS = {
    "reference": "references to ",
    "lost reference": "references to ",
    "item": "items of ",
    "memory block": "blocks of ",
    "byte": "bytes of ",
}


@dataclass(frozen=True, slots=True)
class Leak:
    """One thing that grows with the calls.

    Attributes
    ----------
    of : str
        What. A reference is to ``"argument 1"``, ``"argument 'key'"``, ``"the result"``,
        ``"None"``, "type `package.Type`", "`'text'`, inside argument 1", "`package.NAME`"; an item
        is of a container that is named in the same way. Without a reference count it is
        ``"memory"`` (blocks of Python's allocators), ``"heap"`` (bytes of malloc()),
        ``"address space"``, ``"private memory"``, ``"file descriptors"``, ``"threads"``,
        ``"native threads"``, ``"child processes"``, ``"interpreters"`` or
        ``"uncollectable objects"``.
    kind : str
        ``"reference"``, ``"lost reference"``, ``"item"``, ``"memory block"``, ``"byte"``, or one of
        what `of` counts.
    per_call : float
        How many of them each call leaves behind; below 0 for references that are lost.
    error : float
        Half of the 95 % confidence interval of `per_call`.
    size_bytes : float or None
        How much memory that is per call; None if it isn't known.
    text : str
        The same in words.
    """

    of: str
    kind: str
    per_call: float
    error: float
    size_bytes: float | None
    text: str


@dataclass(frozen=True, slots=True)
class LeakReport(Result):
    """What `check_leaks` found.

    Attributes
    ----------
    function : str
        What was called.
    way : str
        How: ``"called"``, ``"awaited"``, ``"run to its end"`` or ``"entered and left"``.
    leaks : tuple of Leak
        What grows with the calls beyond doubt; empty for a function that leaks nothing.
    possible : tuple of Leak
        What may grow: time was out before it was sure, or a cache that isn't full explains it.
    calls, rounds : int
        How often it was called in all, and in how many rounds.
    seconds : float
        How long that took.
    smallest_rate : float or None
        The smallest rate, in references or blocks per call, that would have been seen; None if the
        calls were too few to see any.
    is_out_of_time : bool
        Whether more time would have told more.
    blocks_per_call, blocks_error : float or None
        Blocks of Python's allocators, as ``sys.getallocatedblocks()`` counts them, that a call
        leaves behind, and half of the 95 % confidence interval; None if they aren't counted.
    heap_bytes_per_call, heap_bytes_error : float or None
        The same for bytes of malloc(), including those of C code; None if the C library doesn't
        tell.
    total_refs_per_call : float or None
        The same for references of all objects together; None except in debug builds.
    traced : tuple of str
        The lines that allocated most of what is left, if tracing was on.
    notes : tuple of str
        What one has to know to read the rest.
    """

    function: str
    way: str
    leaks: tuple[Leak, ...]
    possible: tuple[Leak, ...]
    calls: int
    rounds: int
    seconds: float
    smallest_rate: float | None
    is_out_of_time: bool
    blocks_per_call: float | None
    blocks_error: float | None
    heap_bytes_per_call: float | None
    heap_bytes_error: float | None
    total_refs_per_call: float | None
    traced: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What was found, in a sentence."""
        if self.leaks:
            return f"{self.function} {in_one_sentence([leak.text for leak in self.leaks])}."
        if self.possible:
            doubts = in_one_sentence([in_doubt(leak.text) for leak in self.possible])
            return f"{self.function} may {doubts}."
        calls = counted(self.calls, "call")
        if self.smallest_rate is None:
            return f"{self.function} can't be judged from {calls}."
        return f"{self.function} leaks nothing in {calls}."

    @property
    def extent(self) -> str:
        """How often it was called, in words."""
        return (
            f"{counted(self.rounds, 'round')}, {counted(self.calls, 'call')} in all"
            f"{'' if self.way == 'called' else f', each {self.way}'}, {in_words(self.seconds)}"
        )

    @property
    def advice(self) -> tuple[str, ...]:
        """Where to look for what leaks, a sentence for each kind."""
        return where_to_look((leak.of, leak.kind) for leak in self.leaks)

    def report(self) -> Report:
        """Return the sentence, what leaks as a table, where to look, and what was traced."""
        tables = [
            _table(leaks, title)
            for leaks, title in ((self.leaks, ""), (self.possible, "not sure"))
            if leaks
        ]
        sentences = [*self.advice, f"{self.extent}.", *self._limits()]
        return Report(
            title=self.sentence,
            body=(*tables, *sentences),
            notes=(*(f"Allocated by {line}." for line in self.traced), *self.notes),
        )

    def _limits(self) -> Iterator[str]:
        """Yield what would have been seen, and whether more time would show more."""
        if self.smallest_rate == 1:
            yield "Only a leak in each call would have been seen."
        elif self.smallest_rate is not None and not self.leaks:
            yield f"It would have seen {', or '.join(self._smallest(self.smallest_rate))}."
        if self.is_out_of_time:
            yield "There was no time for more calls: give it more seconds."

    def _smallest(self, rate: float) -> Iterator[str]:
        """Yield the smallest leak of each kind that would have been seen."""
        rate_of_blocks = ERRORS_TO_BE_SURE * (self.blocks_error or 0)
        if self.blocks_error is None:
            yield in_whole_rate(rate, "reference")
        elif rate_of_blocks <= rate:
            yield in_whole_rate(rate, "reference or memory block")
        else:
            yield in_whole_rate(rate, "reference")
            yield in_whole_rate(rate_of_blocks, "memory block")
        if self.heap_bytes_error is not None:
            yield size_in_rate(ERRORS_TO_BE_SURE * self.heap_bytes_error, "malloc()'s heap")


def _table(leaks: tuple[Leak, ...], title: str) -> Table:
    columns = [Column("what grows", is_text=True), Column("per call"), Column("±")]
    rows: list[tuple[Cell, ...]] = [
        (_label(leak), _figure(leak.per_call), f"{leak.error:.1g}") for leak in leaks
    ]
    sizes = [leak.size_bytes for leak in leaks]
    if any(sizes):
        columns.append(Column("size per call"))
        rows = [
            (*row, in_bytes(size) if size else None) for row, size in zip(rows, sizes, strict=True)
        ]
    return Table(tuple(columns), tuple(rows), title)


def _label(leak: Leak) -> str:
    return f"{_LABELS[leak.kind]}{leak.of}" if leak.kind in _LABELS else leak.of


def _figure(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= _WHOLE_ABOVE else f"{number:.3g}"
