"""The learner's test is run on functions that hold the GIL and on their twins that release it."""

from collections.abc import Callable
from functools import partial
from types import ModuleType

from gilext import hold_for, release_for, spin_held, spin_released
from gilext.core.switch_interval import switch_interval
from gilext.course.grading import NotYet

SECONDS = 0.02
TRIES = 4
STEPS = 20_000_000
SWITCH_SECONDS = 0.0005  # other threads ask for the GIL ten times as early as usual


def count_in_python() -> int:
    """Hold the GIL, as Python code does, and hand it over every few milliseconds."""
    return sum(number % 7 for number in range(500_000))


HOLDING: dict[str, Callable[[], object]] = {
    "hold_for(0.02)": partial(hold_for, SECONDS),
    "spin_held(20000000)": partial(spin_held, STEPS),
    "a loop in Python": count_in_python,
}
RELEASING: dict[str, Callable[[], object]] = {
    "release_for(0.02)": partial(release_for, SECONDS),
    "spin_released(20000000)": partial(spin_released, STEPS),
}


def check(module: ModuleType) -> None:
    """See that the test fails for each function that holds, and for no other."""
    for name, function in HOLDING.items():
        if _passes(module, function):
            raise NotYet(
                f"Your test passed for a function that holds the GIL: {name}.\n\nSo it can't "
                "fail, and shows nothing for any other function either. When does the other "
                "thread get its turn, if the function never releases the GIL?"
            )
    for name, function in RELEASING.items():
        if not any(_passes(module, function) for _ in range(TRIES)):  # a busy machine hides much
            raise NotYet(f"Your test failed for a function that releases the GIL: {name}.")


def _passes(module: ModuleType, function: Callable[[], object]) -> bool:
    try:
        with switch_interval(SWITCH_SECONDS):
            module.test_releases(function)
    except AssertionError:
        return False
    return True
