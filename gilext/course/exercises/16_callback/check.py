"""The callback counts its calls, raises, and returns new objects; then the release is measured."""

from types import ModuleType

from gilext.course.grading import NotYet, must_not_leak, must_release


def check(module: ModuleType) -> None:
    """See what is called, how it ends, what it leaks, and whether it releases."""
    numbers: list[int] = []
    count = module.count_primes(5000, numbers.append)
    if (count, numbers) != (669, [2002, 4002, 5000]):
        raise NotYet(
            f"count_primes(5000, progress) returned {count}, and called progress() with "
            f"{numbers}. There are 669 primes below 5000, and the slices end at 2002, 4002, 5000."
        )
    _check_exception(module)
    must_not_leak(
        module.count_primes, 10, lambda number: [number],
        why="progress() returned a list. What PyObject_CallFunction() returns is a new reference: "
        "drop it, even if you don't look at it.",
    )  # fmt: skip
    must_release(module.count_primes, 30_000, int, at_least=0.7)


def _check_exception(module: ModuleType) -> None:
    calls: list[int] = []

    def progress(number: int) -> None:
        calls.append(number)
        if len(calls) == 2:
            raise ValueError("enough")

    try:
        module.count_primes(20_000, progress)
    except ValueError:
        if len(calls) == 2:
            return
        seen = f"It was called {len(calls)} times"
    except SystemError as error:
        seen = f"The count ended with: {error}"
    else:
        seen = "The count went on to its end"
    raise NotYet(
        f"{seen} after progress() had raised a ValueError in its second call.\n\nIf "
        "PyObject_CallFunction() returns NULL, an exception is set: the count has to end, and to "
        "return NULL."
    )
