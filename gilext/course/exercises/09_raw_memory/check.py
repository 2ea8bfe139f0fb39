"""The interpreter's own checks find the wrong allocator; the rest is release and leaks."""

from random import Random
from types import ModuleType

from gilext.course.grading import NotYet, must_not_leak, must_release, must_return


def check(module: ModuleType) -> None:
    """Compare the median, look for memory that is left behind, and for the release."""
    numbers = Random(6).randbytes(20_000)
    module.median(numbers)
    if numbers != Random(6).randbytes(20_000):
        raise NotYet(
            "median() sorted the caller's own bytes. They belong to an object that may be in use "
            "elsewhere, and bytes never change.\n\nWhat is sorted has to be a copy."
        )
    must_return(3, module.median, bytes([9, 1, 4, 3, 2]))
    must_not_leak(
        module.median, numbers[:2000], why="The copy has to be freed when the median is known."
    )
    must_release(module.median, numbers, at_least=0.8)
