"""Calls that fail and calls that don't, again and again: what grows, and what shrinks."""

from types import ModuleType

from gilext import refcount
from gilext.course.grading import NotYet, must_not_leak, must_return

TWO_OWNED = (
    "squares() owns two objects when it multiplies: what PySequence_Fast() returned, and the new "
    "list. Each way out has to drop both, or to hand one of them to the caller."
)


class Number:
    """A number of which references can be counted."""

    def __mul__(self, other: object) -> float:
        """Return any other object."""
        return 2.5


def check(module: ModuleType) -> None:
    """Compare the squares and the reference counts, then look for leaks on both ways out."""
    must_return([4, 0.25], module.squares, [2, 0.5])
    _check_counts(module)
    must_not_leak(module.squares, range(2, 50), why=TWO_OWNED)
    must_not_leak(module.squares, [2.5, "x"], raises=TypeError, why=TWO_OWNED)
    must_not_leak(_square_generated, module, raises=TypeError, why=TWO_OWNED)


def _square_generated(module: ModuleType) -> None:
    module.squares(x for x in (2.5, "x"))


def _check_counts(module: ModuleType) -> None:
    number = Number()
    spare = [number] * 100
    before = refcount(number)
    for _ in range(10):
        module.squares([number])
    if refcount(number) < before:
        raise NotYet(
            f"10 calls dropped {before - refcount(number)} references to an item that were not "
            "its own.\n\nWhat PySequence_Fast_GET_ITEM() returns is borrowed: the sequence owns "
            "it. Sooner or later the item is freed while it is still in use."
        )
    del spare
