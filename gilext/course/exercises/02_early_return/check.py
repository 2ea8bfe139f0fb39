"""Every way out of the block has to take the GIL back, and the search stays released."""

from types import ModuleType

from gilext.course.grading import must_release, must_return

A_PRIME = 10_000_000_000_037


def check(module: ModuleType) -> None:
    """Ask for factors of numbers that are prime, and of some that aren't."""
    for number, factor in ((1, 1), (13, 13), (4, 2), (45, 3), (1_000_003 * 1_000_033, 1_000_003)):
        must_return(factor, module.smallest_factor, number)
    must_release(
        module.smallest_factor,
        A_PRIME,
        why="The crash is gone, and so is the release. The search should run without the GIL.",
    )
