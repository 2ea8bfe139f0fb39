"""What the functions of the C module accept, and how they refuse everything else."""

import gc
import re
import sys
import weakref
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gilext
from gilext._native import StandIn, Ticker, sum_range_held, sum_range_released, time_os_threads


class Parameter(NamedTuple):
    """One parameter: how to pass it, and how error messages name it."""

    pass_: Callable[[Any], Any]
    function: str
    name: str
    lowest: int = 0
    highest: int = 2**64 - 1

    def __str__(self) -> str:
        return f"{self.function}-{self.name}"


def meet_held(timeout: Any) -> bool:
    return gilext.Meeting(1).wait_held(timeout)


def meet_released(timeout: Any) -> bool:
    return gilext.Meeting(1).wait_released(timeout)


INTEGERS = [
    Parameter(gilext.spin_held, "spin_held", "iterations"),
    Parameter(partial(gilext.spin_held, 0), "spin_held", "seed"),
    Parameter(gilext.spin_released, "spin_released", "iterations"),
    Parameter(partial(gilext.spin_released, 0), "spin_released", "seed"),
    Parameter(gilext.spin_interruptible, "spin_interruptible", "iterations"),
    Parameter(partial(gilext.spin_interruptible, 0), "spin_interruptible", "seed"),
    Parameter(gilext.count_primes_held, "count_primes_held", "limit", highest=10**12),
    Parameter(gilext.count_primes_released, "count_primes_released", "limit", highest=10**12),
    Parameter(lambda start: sum_range_held(start, 0), "sum_range_held", "start", highest=2**32),
    Parameter(lambda stop: sum_range_held(2**32, stop), "sum_range_held", "stop", highest=2**32),
    Parameter(
        lambda start: sum_range_released(start, 0), "sum_range_released", "start", highest=2**32
    ),
    Parameter(
        lambda stop: sum_range_released(2**32, stop),
        "sum_range_released",
        "stop",
        highest=2**32,
    ),
    Parameter(gilext.Meeting, "Meeting", "parties", lowest=1, highest=2**31 - 1),
    Parameter(
        lambda workers: time_os_threads("spin", workers, 0),
        "time_os_threads",
        "workers",
        lowest=1,
        highest=1024,
    ),
    Parameter(partial(time_os_threads, "spin", 1), "time_os_threads", "argument"),
    Parameter(
        partial(time_os_threads, "count_primes", 1), "time_os_threads", "argument", highest=10**12
    ),
]
SECONDS = [
    Parameter(gilext.hold_for, "hold_for", "seconds"),
    Parameter(gilext.release_for, "release_for", "seconds"),
    Parameter(meet_held, "Meeting.wait_held", "timeout"),
    Parameter(meet_released, "Meeting.wait_released", "timeout"),
    Parameter(StandIn, "StandIn", "patience"),
    Parameter(partial(Ticker, int), "Ticker", "interval"),
]
BUFFERS = [
    Parameter(gilext.checksum_held, "checksum_held", "buffer"),
    Parameter(gilext.checksum_released, "checksum_released", "buffer"),
    Parameter(partial(time_os_threads, "checksum", 1), "time_os_threads", "argument"),
]
NAMES = [Parameter(lambda loop: time_os_threads(loop, 1, 0), "time_os_threads", "loop")]

each_integer = pytest.mark.parametrize("parameter", INTEGERS, ids=str)
each_seconds = pytest.mark.parametrize("parameter", SECONDS, ids=str)
each_number = pytest.mark.parametrize("parameter", INTEGERS + SECONDS, ids=str)


class Index:
    """Something that is no int and says which int it stands for."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def __index__(self) -> Any:
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


class Real:
    """Something that is no float and says which float it stands for."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def __float__(self) -> Any:
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


class Raising:
    """Something whose int and float are an exception, a new one each time."""

    def __index__(self) -> int:
        raise Unforeseen

    def __float__(self) -> float:
        raise Unforeseen


class Int(int):
    """A subclass of int."""


class Unforeseen(Exception):
    """An exception that no C code knows."""


def readable(value: object) -> str:
    answer = getattr(value, "answer", value)
    return f"{type(value).__name__}({str(answer)[:12]})"


def ends_with_type(message: str, words: str, value: object) -> bool:
    name = type(value).__name__  # the types of some modules in C have the module's name as well
    return message.endswith((f" {words} {name}", f" {words} {type(value).__module__}.{name}"))


def refusal(parameter: Parameter, error: type[Exception], value: Any) -> pytest.ExceptionInfo[Any]:
    named = re.escape(f"{parameter.function}() argument '{parameter.name}' ")
    with pytest.raises(error, match=f"^{named}") as caught:
        parameter.pass_(value)
    assert caught.type is error
    return caught


# -- integers -------------------------------------------------------------------------------


@each_integer
@pytest.mark.parametrize("how_far_below", [1, 2**63, 2**64, 2**200])
def test_an_integer_below_the_range_is_a_value_error(
    parameter: Parameter, how_far_below: int
) -> None:
    caught = refusal(parameter, ValueError, parameter.lowest - how_far_below)
    assert str(caught.value).endswith(f"must be at least {parameter.lowest}")


@each_integer
@pytest.mark.parametrize("how_far_above", [1, 2**64, 2**200])
def test_an_integer_above_the_range_is_an_overflow_error(
    parameter: Parameter, how_far_above: int
) -> None:
    caught = refusal(parameter, OverflowError, parameter.highest + how_far_above)
    assert str(caught.value).endswith(f"must be at most {parameter.highest}")


@each_integer
@pytest.mark.parametrize(
    "value",
    [None, "1", b"1", 1.0, float("nan"), float("inf"), 1j, Decimal(1), [1], Real(1.0)],
    ids=readable,
)
def test_what_is_no_integer_is_a_type_error(parameter: Parameter, value: object) -> None:
    caught = refusal(parameter, TypeError, value)
    assert ends_with_type(str(caught.value), "must be an integer, not", value)


@each_integer
@pytest.mark.parametrize("kind", [bool, Int, Index])
def test_what_stands_for_an_integer_is_taken(parameter: Parameter, kind: type) -> None:
    parameter.pass_(kind(1))


@pytest.mark.parametrize("kind", [Int, Index])
@pytest.mark.parametrize("number", [0, 1, 2**63 - 1, 2**63, 2**64 - 1])
def test_what_stands_for_an_integer_is_taken_for_that_integer(kind: type, number: int) -> None:
    assert gilext.spin_held(0, kind(number)) == gilext.spin_held(0, number) == number


@pytest.mark.parametrize("parties", [1, 2**31 - 1])
def test_the_ends_of_the_range_of_parties_are_taken(parties: int) -> None:
    assert gilext.Meeting(parties).parties == parties


def test_the_most_workers_are_taken() -> None:
    assert time_os_threads("spin", 1024, 0)[2] == (0,) * 1024


@each_integer
@given(number=st.integers())
def test_an_integer_is_refused_exactly_outside_of_the_range(
    parameter: Parameter, number: int
) -> None:
    if number < parameter.lowest:
        refusal(parameter, ValueError, number)
    elif number > parameter.highest:
        refusal(parameter, OverflowError, number)


@each_integer
def test_what_index_raises_passes_through(parameter: Parameter) -> None:
    error = Unforeseen()
    with pytest.raises(Unforeseen) as caught:
        parameter.pass_(Index(error))
    assert caught.value is error


@each_integer
def test_an_index_that_is_no_integer_is_a_type_error(parameter: Parameter) -> None:
    # CPython's own words, before 3.15 and since.
    with pytest.raises(TypeError, match=r"__index__(\(\) must return an int| returned non-int)"):
        parameter.pass_(Index("1"))


# -- seconds --------------------------------------------------------------------------------


@each_seconds
@pytest.mark.parametrize(
    "value",
    [-1, -(10**400), -1e-300, -5e-324, float("-inf"), Real(-1.0), Index(-1), Fraction(-1, 3)],
    ids=readable,
)
def test_negative_seconds_are_a_value_error(parameter: Parameter, value: Any) -> None:
    caught = refusal(parameter, ValueError, value)
    assert str(caught.value).endswith("must be at least 0")


@each_seconds
@pytest.mark.parametrize(
    "value", [float("nan"), -float("nan"), Real(float("nan")), Decimal("NaN")], ids=readable
)
def test_seconds_that_are_no_number_are_a_value_error(parameter: Parameter, value: Any) -> None:
    caught = refusal(parameter, ValueError, value)
    assert str(caught.value).endswith("must not be NaN")


@each_seconds
@pytest.mark.parametrize(
    "value",
    [float("inf"), 1e300, 2**63, 9223372037.0, 10**400, Index(10**400), Real(1e300)],
    ids=readable,
)
def test_too_many_seconds_are_an_overflow_error(parameter: Parameter, value: Any) -> None:
    caught = refusal(parameter, OverflowError, value)
    assert str(caught.value).endswith("is too large")


@each_seconds
@pytest.mark.parametrize("value", [None, "1", b"1", 1j, [1.0], object()], ids=readable)
def test_seconds_of_another_type_are_a_type_error(parameter: Parameter, value: object) -> None:
    caught = refusal(parameter, TypeError, value)
    assert ends_with_type(str(caught.value), "must be a real number, not", value)


@each_seconds
@pytest.mark.parametrize(
    "value",
    [0, 0.0, -0.0, False, 1e-300, Int(0), Index(0), Real(0.0), Decimal("1e-9"), Fraction(1, 10**6)],
    ids=readable,
)
def test_what_stands_for_seconds_is_taken(parameter: Parameter, value: Any) -> None:
    parameter.pass_(value)


@each_seconds
@given(number=st.floats(max_value=0, exclude_max=True) | st.floats(min_value=9.3e9))
def test_seconds_outside_of_the_range_are_refused(parameter: Parameter, number: float) -> None:
    refusal(parameter, ValueError if number < 0 else OverflowError, number)


@pytest.mark.parametrize("wait", [meet_held, meet_released], ids=["held", "released"])
def test_the_longest_timeout_is_taken(wait: Callable[[float], bool]) -> None:
    assert wait(9223372036.0)


@each_seconds
@pytest.mark.parametrize("kind", [Real, Index])
def test_what_float_or_index_raises_passes_through(parameter: Parameter, kind: type) -> None:
    error = Unforeseen()
    with pytest.raises(Unforeseen) as caught:
        parameter.pass_(kind(error))
    assert caught.value is error


@each_seconds
def test_an_overflow_error_of_float_stays_visible_as_the_cause(parameter: Parameter) -> None:
    error = OverflowError("as float")
    caught = refusal(parameter, OverflowError, Real(error))
    assert caught.value.__cause__ is error
    assert error.__traceback__ is not None


@each_seconds
def test_a_float_that_is_no_float_is_a_type_error(parameter: Parameter) -> None:
    with pytest.raises(TypeError, match=r"__float__(\(\) must return a float| returned non-float)"):
        parameter.pass_(Real("1.0"))


# -- buffers and names ----------------------------------------------------------------------


@pytest.mark.parametrize("parameter", BUFFERS, ids=str)
@pytest.mark.parametrize("value", [None, "text", 1, 1.0, [1], object()], ids=readable)
def test_what_has_no_buffer_is_a_type_error(parameter: Parameter, value: object) -> None:
    caught = refusal(parameter, TypeError, value)
    assert ends_with_type(str(caught.value), "must be a bytes-like object, not", value)


@pytest.mark.parametrize("value", [None, b"spin", 1, ["spin"]], ids=readable)
def test_a_loop_that_is_no_string_is_a_type_error(value: object) -> None:
    caught = refusal(NAMES[0], TypeError, value)
    assert ends_with_type(str(caught.value), "must be str, not", value)


@pytest.mark.parametrize(
    "value", ["", "Spin", "spin_held", "spin\0", "épreuve", "\ud800"], ids=readable
)
def test_a_loop_of_an_unknown_name_is_a_value_error(value: str) -> None:
    caught = refusal(NAMES[0], ValueError, value)
    assert str(caught.value).endswith(f"not {value!r}")


# -- how many arguments, and by which names -------------------------------------------------

FUNCTIONS: dict[str, tuple[Callable[..., Any], dict[str, Any], int]] = {
    # name: (function, good arguments in order, how many of them are required)
    "spin_held": (gilext.spin_held, {"iterations": 1, "seed": 2}, 1),
    "spin_released": (gilext.spin_released, {"iterations": 1, "seed": 2}, 1),
    "spin_interruptible": (gilext.spin_interruptible, {"iterations": 1, "seed": 2}, 1),
    "count_primes_held": (gilext.count_primes_held, {"limit": 10}, 1),
    "count_primes_released": (gilext.count_primes_released, {"limit": 10}, 1),
    "checksum_held": (gilext.checksum_held, {"buffer": b"a"}, 1),
    "checksum_released": (gilext.checksum_released, {"buffer": b"a"}, 1),
    "sum_range_held": (sum_range_held, {"start": 1, "stop": 2}, 2),
    "sum_range_released": (sum_range_released, {"start": 1, "stop": 2}, 2),
    "hold_for": (gilext.hold_for, {"seconds": 0}, 1),
    "release_for": (gilext.release_for, {"seconds": 0}, 1),
    "Meeting": (gilext.Meeting, {"parties": 1}, 1),
    "Meeting.wait_held": (gilext.Meeting(1).wait_held, {"timeout": 0}, 1),
    "Meeting.wait_released": (gilext.Meeting(1).wait_released, {"timeout": 0}, 1),
    "StandIn": (StandIn, {"patience": 1.0}, 1),
    "Ticker": (Ticker, {"function": int, "interval": 1.0}, 2),
    "time_os_threads": (time_os_threads, {"loop": "spin", "workers": 1, "argument": 0}, 3),
}
TYPES = {"Meeting", "StandIn", "Ticker"}  # their arguments are parsed by CPython
each_function = pytest.mark.parametrize("name", FUNCTIONS)


@each_function
def test_arguments_are_taken_in_any_mix_of_order_and_names(name: str) -> None:
    function, arguments, _ = FUNCTIONS[name]
    names = list(arguments)
    for in_order in range(len(names) + 1):
        by_name = {key: arguments[key] for key in reversed(names[in_order:])}
        function(*list(arguments.values())[:in_order], **by_name)


@each_function
def test_a_missing_argument_is_named(name: str) -> None:
    function, arguments, required = FUNCTIONS[name]
    for missing in list(arguments)[:required]:
        others = {key: value for key, value in arguments.items() if key != missing}
        with pytest.raises(
            TypeError, match=rf"^{re.escape(name)}\(\) missing required argument '{missing}'"
        ):
            function(**others)


@each_function
def test_one_argument_too_many_is_a_type_error(name: str) -> None:
    function, arguments, _ = FUNCTIONS[name]
    most, plural = len(arguments), "s" if len(arguments) > 1 else ""
    with pytest.raises(
        TypeError,
        match=rf"^{re.escape(name)}\(\) takes at most {most} argument{plural} \({most + 1} given\)",
    ):
        function(*arguments.values(), 0)


@pytest.mark.parametrize("name", sorted(FUNCTIONS.keys() - TYPES))
def test_an_unknown_keyword_is_named(name: str) -> None:
    function, arguments, required = FUNCTIONS[name]
    with pytest.raises(
        TypeError, match=rf"^{re.escape(name)}\(\) got an unexpected keyword argument 'unheard'$"
    ):
        function(*list(arguments.values())[:required], unheard=1)


@pytest.mark.parametrize("name", sorted(TYPES))
def test_an_unknown_keyword_of_a_type_is_a_type_error(name: str) -> None:
    function, arguments, _ = FUNCTIONS[name]
    with pytest.raises(TypeError, match=rf"{name}\(\)"):
        function(**arguments, unheard=1)


@each_function
def test_an_argument_given_twice_is_a_type_error(name: str) -> None:
    function, arguments, _ = FUNCTIONS[name]
    first = next(iter(arguments))
    with pytest.raises(TypeError, match=rf"{re.escape(name)}\(\)"):
        function(*arguments.values(), **{first: arguments[first]})


def test_an_argument_given_twice_is_named() -> None:
    with pytest.raises(TypeError, match=r"spin_held\(\) got multiple values.*'iterations'"):
        gilext.spin_held(1, iterations=1)


# -- references -----------------------------------------------------------------------------

# Each makes a new object, given the lowest number that the parameter takes. None is immortal.
FRESH: dict[str, Callable[[int], Any]] = {
    "lowest_int": Int,
    "lowest_index": Index,
    "small_float": lambda lowest: Real(1e-9),
    "buffer": lambda lowest: bytearray(b"abc"),
    "huge": lambda lowest: 2**200 + lowest,
    "negative": lambda lowest: -(2**200) - lowest,
    "nan": lambda lowest: float("nan"),
    "text": lambda lowest: "".join(["te", "xt"]),
    "list": lambda lowest: [1],
    "object": lambda lowest: object(),
    "raising": lambda lowest: Raising(),
    "strided": lambda lowest: memoryview(bytes(9))[::2],
}


@pytest.mark.parametrize("kind", FRESH)
@pytest.mark.parametrize("parameter", INTEGERS + SECONDS + BUFFERS + NAMES, ids=str)
def test_a_call_takes_and_leaves_no_reference(parameter: Parameter, kind: str) -> None:
    value = FRESH[kind](parameter.lowest)
    before = sys.getrefcount(value)
    for _ in range(10):
        try:
            parameter.pass_(value)
        except (TypeError, ValueError, OverflowError, BufferError, Unforeseen) as error:
            assert error is not value
    assert sys.getrefcount(value) == before


@pytest.mark.parametrize("kind", FRESH)
def test_a_reference_that_is_kept_does_show(kind: str) -> None:
    value = FRESH[kind](0)
    before = sys.getrefcount(value)
    kept = [value]
    assert sys.getrefcount(kept[0]) > before


@each_seconds
def test_a_type_of_error_goes_with_its_last_error(parameter: Parameter) -> None:
    def refuse() -> weakref.ref[type]:
        kind = type("TooLarge", (OverflowError,), {})
        refusal(parameter, OverflowError, Real(kind("as float")))
        return weakref.ref(kind)

    kept_by_errors = refuse()
    gc.collect()
    assert kept_by_errors() is None
