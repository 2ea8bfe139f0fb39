"""What ``check.py`` of an exercise judges with.

None of these passes by luck: what could not be seen raises `Unclear`, and grading begins anew.
A fault is a `NotYet`, whose message says what was seen and what that means.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from itertools import repeat
from typing import Any

from gilext.checking.checkup import Checkup, check
from gilext.checking.terms import terms_of
from gilext.core.environment import is_gil_enabled
from gilext.core.function_names import function_name
from gilext.references.leaks import check_leaks

_SECONDS = (0.3, 0.6, 1.2)
_LEAK_SECONDS = (5.0, 10.0)
# A thread that detaches for less than a microsecond keeps the world from stopping all the same:
# the one that stops it waits in steps of a millisecond (stop_the_world() in CPython's pystate.c).
# What tells is the fraction of the time for which it is attached: all of it, or less.
_MIN_KEPT = 0.98


class NotYet(Exception):
    """The exercise isn't solved: what was seen, and what it means, for the learner to read."""


class Unclear(Exception):
    """Too little could be measured to tell, which isn't the learner's fault."""


def must_return(wanted: object, fn: Callable[..., object], /, *args: Any, why: str = "") -> None:
    """See that a function returns a value equal to the one that is wanted.

    Parameters
    ----------
    wanted : object
        The value.
    fn, *args
        What to call.
    why : str
        What it means if it returns another.

    Raises
    ------
    NotYet
        With what it returned or raised.
    """
    try:
        found = _called(fn, args)
    except Exception as error:
        raise NotYet(
            _paragraphs(f"{_call(fn, args)} raised {_said(error)}; {wanted!r} was expected.", why)
        ) from error
    if found != wanted:
        raise NotYet(
            _paragraphs(f"{_call(fn, args)} returned {found!r}; {wanted!r} was expected.", why)
        )


def must_raise(
    wanted: type[BaseException], fn: Callable[..., object], /, *args: Any, why: str = ""
) -> BaseException:
    """See that a function raises an exception of a type; return the exception.

    Parameters and errors as `must_return` has them.
    """
    try:
        found = _called(fn, args)
    except wanted as error:
        return error
    except Exception as error:
        seen = f"{_call(fn, args)} raised {_said(error)}; {wanted.__name__} was expected."
        raise NotYet(_paragraphs(seen, why)) from error
    raise NotYet(
        _paragraphs(
            f"{_call(fn, args)} returned {found!r} and raised nothing; {wanted.__name__} was "
            "expected.",
            why,
        )
    )


def must_release(
    fn: Callable[..., object], /, *args: Any, at_least: float = 0.9, why: str = ""
) -> None:
    """See that a function has the GIL released for most of the time in its calls.

    Without a GIL, it has to be detached for that time.

    Parameters
    ----------
    fn, *args
        What to call, again and again.
    at_least : float
        The part of the time in its calls, 0 to 1.
    why : str
        What it means if it doesn't.

    Raises
    ------
    NotYet
        With what was measured.
    Unclear
        If too little was.
    """
    for seen, low, high in _kept_fractions(fn, args):
        if high <= 1 - at_least:
            return
        if low > 1 - at_least:
            raise NotYet(_paragraphs(_kept_too_long(seen), why))
    raise Unclear(
        f"it couldn't be seen for how long {_name(fn)} {terms_of(is_gil_enabled()).keeps}"
    )


def must_hold(fn: Callable[..., object], /, *args: Any, why: str = "") -> None:
    """See that a function keeps the GIL until it ends, although another thread requests it.

    Without a GIL, it has to stay attached. Parameters and errors as `must_release` has them.
    """
    for found, low, high in _kept_fractions(fn, args):
        if found.verdict != found.terms.keeping or high < 1:
            did = "released the GIL" if found.gil_enabled else "was detached"
            raise NotYet(_paragraphs(f"{_name(fn)} {did} before it ended.", why))
        if low >= _MIN_KEPT:
            return
    raise Unclear(f"it couldn't be seen whether {_name(fn)} {terms_of(is_gil_enabled()).keeps}")


def many_calls(fn: Callable[..., object], /, *args: Any, times: int = 30_000) -> Callable[[], None]:
    """Return a function that makes many calls from C, one after the other.

    Single calls of less than a few microseconds can't be looked into. Nothing releases the GIL
    between these, so what is seen of them together is true of each.
    """

    def calls() -> None:
        deque(map(fn, *(repeat(value, times) for value in args)), maxlen=0)

    calls.__qualname__ = function_name(fn)
    return calls


def must_not_leak(
    fn: Callable[..., object],
    /,
    *args: Any,
    raises: type[BaseException] | tuple[type[BaseException], ...] = (),
    why: str = "",
) -> None:
    """See that a function leaves neither references nor memory behind.

    Parameters
    ----------
    fn, *args
        What to call, again and again.
    raises : exception type or tuple of them
        What it may raise.
    why : str
        What it means if it leaks.

    Raises
    ------
    NotYet
        With what it leaks, if it does so twice.
    Unclear
        If there was no time to see whether it does.
    """
    for seconds in _LEAK_SECONDS:
        found = check_leaks(fn, *args, raises=raises, seconds=seconds)
        if found.leaks:
            again = check_leaks(fn, *args, raises=raises, seconds=seconds)
            if again.leaks:
                raise NotYet(_paragraphs(found.sentence, why))
            found = again
        is_unsure = found.is_out_of_time and found.possible
        if found.smallest_rate is not None and not is_unsure:
            return
    raise Unclear(f"it couldn't be seen whether {_name(fn)} leaks")


def _called(fn: Callable[..., object], args: tuple[Any, ...]) -> object:
    """Call a function so that a result that comes with an exception is a SystemError.

    Called from Python code that isn't always looked for, and the exception shows up later.
    """
    return partial(fn, *args)()


def _kept_fractions(
    fn: Callable[..., object], args: tuple[Any, ...]
) -> Iterator[tuple[Checkup, float, float]]:
    """Measure for longer and longer; yield what was found, with the ends of its interval."""
    for seconds in _SECONDS:
        found = check(fn, *args, seconds=seconds)
        kept, error = found.kept
        if kept is not None and error is not None and found.verdict != "not enough evidence":
            yield found, kept - error, kept + error


def _kept_too_long(found: Checkup) -> str:
    kept, _ = found.kept
    if found.gil_enabled:
        return (
            f"{found.function}() held the GIL for {kept:.0%} of its time. While a thread holds the "
            "GIL, no other Python thread runs."
        )
    return (
        f"{found.function}() stayed attached for {kept:.0%} of its time. A thread that has to stop "
        "the others, as the garbage collector does, waits for that long."
    )


def _name(fn: Callable[..., object]) -> str:
    return f"{function_name(fn)}()"


def _call(fn: Callable[..., object], args: tuple[Any, ...]) -> str:
    values = ", ".join(text if len(text := repr(one)) <= 40 else f"{text[:37]}..." for one in args)
    return f"{function_name(fn)}({values})"


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _paragraphs(*texts: str) -> str:
    return "\n\n".join(text for text in texts if text)
