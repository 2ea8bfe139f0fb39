"""One thread adds for as long as another one does: they meet in the sum all the time."""

from types import ModuleType

from gilext.course.grading import NotYet, must_release, must_return
from gilext.course.scenes import Call

MODULUS = 65521
LONG = bytes([1]) * 2_000_000
SHORT = bytes([1]) * 20_000
LONG_CALLS = 10
ROUNDS = 4


def check(module: ModuleType) -> None:
    """Add alone, then in two threads at once, and see that the GIL is released."""
    checksum = module.Checksum()
    checksum.add(bytes([255]) * 200)
    checksum.add(bytes([255]) * 100)
    must_return(255 * 300 % MODULUS, lambda: checksum.value, why="One thread alone added that.")
    for _ in range(ROUNDS):
        expected, value = _add_in_two_threads(module)
        if value != expected:
            raise NotYet(
                f"Two threads added to one sum, which should be {expected} now, and is {value}: "
                "updates were lost.\n\nTo update is to read, to compute and to write. What "
                "the other thread wrote in between is overwritten. Nothing keeps it out, as the "
                "GIL is released."
            )
    must_release(checksum.add, LONG, at_least=0.8)


def _add_in_two_threads(module: ModuleType) -> tuple[int, int]:
    """Return what the value should be, and what it is."""
    checksum = module.Checksum()
    checksum.add(SHORT)
    added = len(SHORT)
    other = Call(lambda: [checksum.add(LONG) for _ in range(LONG_CALLS)])
    while other.is_running:
        checksum.add(SHORT)
        added += len(SHORT)
    other.result()
    return (added + LONG_CALLS * len(LONG)) % MODULUS, checksum.value
