"""Checks of arguments; each error names the argument and says what it may be.

A real number is whatever `hold_for` takes: an int, a float, a Fraction, a Decimal, numpy's own.
A bool is an int, as it is to ``time.sleep()``.
"""

from __future__ import annotations

import operator
from math import inf, isfinite

MAX_COUNT = 10**9


def check_seconds(
    name: str,
    value: object,
    minimum: float = 0.0,
    maximum: float = inf,
    *,
    is_open: bool = False,
) -> float:
    """Return a finite real number of a range as a float.

    Parameters
    ----------
    name : str
        What the argument is called.
    value : object
        What was given for it.
    minimum, maximum : float
        The range, ends included.
    is_open : bool
        Whether `minimum` itself is out of the range.

    Raises
    ------
    TypeError, ValueError
        When it isn't a real number, isn't finite, or is out of the range.
    """
    number = as_float(name, value)
    is_above = number > minimum if is_open else number >= minimum
    if not (isfinite(number) and is_above and number <= maximum):
        shown = repr(number).removesuffix(".0")
        raise ValueError(
            f"argument {name!r} must be {_limits(minimum, maximum, is_open)}, not {shown}"
        )
    return number


def check_fraction(name: str, value: object) -> float:
    """Return a part of a whole, 0 to 1, as a float.

    Raises
    ------
    TypeError, ValueError
        When it isn't a real number, or is out of the range.
    """
    return check_seconds(name, value, 0.0, 1.0)


def check_count(name: str, value: object, minimum: int = 1, maximum: int = MAX_COUNT) -> int:
    """Return an integer of a range, ends included, as an int.

    Raises
    ------
    TypeError, ValueError
        When it isn't an integer, or is out of the range.
    """
    number = as_int(name, value)
    if number < minimum:
        raise ValueError(f"argument {name!r} must be at least {minimum}, not {_shown(number)}")
    if number > maximum:
        raise ValueError(f"argument {name!r} must be at most {maximum}, not {_shown(number)}")
    return number


def check_callable(name: str, value: object) -> None:
    """See that an argument can be called.

    Raises
    ------
    TypeError
        When it can't.
    """
    if not callable(value):
        raise TypeError(f"argument {name!r} must be callable, not {type(value).__name__}")


def as_float(name: str, value: object) -> float:
    """Return a real number as a float; one that is too large for that is infinite.

    Raises
    ------
    TypeError
        When it isn't a real number. A str isn't, though ``float()`` takes it.
    """
    kind = type(value)
    if not (hasattr(kind, "__float__") or hasattr(kind, "__index__")):
        raise TypeError(f"argument {name!r} must be a real number, not {kind.__name__}")
    try:
        return float(value)  # type: ignore[arg-type]
    except OverflowError:
        return inf if value > 0 else -inf  # type: ignore[operator]
    except ValueError as error:  # a signalling NaN, as Decimal has it
        raise ValueError(f"argument {name!r} must be a number: {error}") from None


def as_int(name: str, value: object) -> int:
    """Return an integer, or what stands for one by ``__index__``, as an int.

    Raises
    ------
    TypeError
        When it is neither.
    """
    if not hasattr(type(value), "__index__"):
        raise TypeError(f"argument {name!r} must be an integer, not {type(value).__name__}")
    return operator.index(value)  # type: ignore[arg-type]


def _limits(minimum: float, maximum: float, is_open: bool) -> str:
    if isfinite(maximum):
        return f"{'above ' if is_open else ''}{minimum:g}{', to' if is_open else ' to'} {maximum:g}"
    return f"above {minimum:g} and finite" if is_open else f"finite and at least {minimum:g}"


def _shown(number: int) -> str:
    """Return an int as an error shows it: one of thousands of digits has no repr()."""
    bits = number.bit_length()
    return repr(number) if bits <= 64 else f"an integer of {bits} bits"
