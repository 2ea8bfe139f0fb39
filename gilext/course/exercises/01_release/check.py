"""The loop has to run without the GIL, and count as before."""

from types import ModuleType

from gilext.course.grading import must_release, must_return

PRIMES_BELOW_3000 = 430  # a count for which a new int is made
LIMIT = 60_000


def check(module: ModuleType) -> None:
    """Compare the count, then ask whether the loop releases the GIL."""
    must_return(
        PRIMES_BELOW_3000,
        module.count_primes,
        3000,
        why="The loop counted right as it came. Only what is around it has to change.",
    )
    must_release(
        module.count_primes,
        LIMIT,
        why="The counting is plain C. It can run while other threads run Python.",
    )
