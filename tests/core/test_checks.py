"""Arguments are taken or refused in one way, and each error names the argument."""

from decimal import Decimal
from fractions import Fraction
from math import inf, nan

import pytest

from gilext.core.checks import (
    MAX_COUNT,
    check_callable,
    check_count,
    check_fraction,
    check_seconds,
)


class OneAndAHalf:
    """As numpy.float32 is: no float, but it has __float__()."""

    def __float__(self):
        return 1.5


class Two:
    """As numpy.int64 is: no int, but it has __index__()."""

    def __index__(self):
        return 2


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1, 1.0),
        (True, 1.0),
        (0.5, 0.5),
        (Fraction(1, 4), 0.25),
        (Decimal("0.125"), 0.125),
        (OneAndAHalf(), 1.5),
        (Two(), 2.0),
    ],
    ids=lambda value: type(value).__name__,
)
def test_seconds_may_be_any_real_number(value, expected):
    found = check_seconds("seconds", value)
    assert type(found) is float
    assert found == expected


@pytest.mark.parametrize("value", ["1", b"1", None, [], 1j], ids=repr)
def test_seconds_that_are_no_real_number_are_refused(value):
    with pytest.raises(TypeError, match=r"argument 'seconds' must be a real number, not \w+$"):
        check_seconds("seconds", value)


@pytest.mark.parametrize(
    "value",
    [nan, inf, -inf, -1, -0.1, 10**400, -(10**400), 10**5000, Decimal("sNaN"), Decimal("1e999")],
    ids=lambda value: type(value).__name__,
)
def test_seconds_out_of_range_are_refused(value):
    with pytest.raises(ValueError, match="argument 'seconds' must be") as caught:
        check_seconds("seconds", value)
    assert len(str(caught.value)) < 120


@pytest.mark.parametrize(
    ("limits", "refused", "message"),
    [
        ({}, -1, "must be finite and at least 0, not -1"),
        ({"is_open": True}, 0, "must be above 0 and finite, not 0"),
        ({"minimum": 0.1, "maximum": 3600}, 0.05, "must be 0.1 to 3600, not 0.05"),
        ({"maximum": 60, "is_open": True}, 61, "must be above 0, to 60, not 61"),
    ],
)
def test_the_error_says_the_range(limits, refused, message):
    with pytest.raises(ValueError, match=f"^argument 'wait' {message}$"):
        check_seconds("wait", refused, **limits)


def test_the_ends_of_a_range_are_in_it():
    assert check_seconds("s", 0) == 0
    assert check_seconds("s", 60, 0, 60, is_open=True) == 60
    assert check_fraction("part", 0) == 0
    assert check_fraction("part", 1) == 1
    assert check_count("n", 1) == 1
    assert check_count("n", MAX_COUNT) == MAX_COUNT


@pytest.mark.parametrize("value", [-0.01, 1.01, nan])
def test_a_part_of_a_whole_is_0_to_1(value):
    with pytest.raises(ValueError, match="argument 'at_least' must be 0 to 1, not"):
        check_fraction("at_least", value)


def test_a_count_may_be_whatever_stands_for_an_integer():
    found = check_count("rounds", Two())
    assert type(found) is int
    assert found == 2


@pytest.mark.parametrize("value", [1.0, "1", None, Fraction(1), Decimal(1)], ids=repr)
def test_a_count_that_is_no_integer_is_refused(value):
    with pytest.raises(TypeError, match=r"argument 'rounds' must be an integer, not \w+$"):
        check_count("rounds", value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (0, "must be at least 1, not 0"),
        (-(10**400), "must be at least 1, not an integer of 1329 bits"),
        (MAX_COUNT + 1, "must be at most 1000000000, not 1000000001"),
        (10**5000, "must be at most 1000000000, not an integer of 16610 bits"),
    ],
    ids=["zero", "very negative", "too large", "thousands of digits"],
)
def test_a_count_out_of_range_is_refused(value, message):
    with pytest.raises(ValueError, match=f"^argument 'rounds' {message}$"):
        check_count("rounds", value)


def test_what_cannot_be_called_is_refused():
    check_callable("fn", len)
    with pytest.raises(TypeError, match=r"^argument 'fn' must be callable, not int$"):
        check_callable("fn", 1)
