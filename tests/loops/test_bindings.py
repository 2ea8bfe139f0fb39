"""Each binding runs the same loop, and says the truth about the GIL."""

import array
import ctypes
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gilext import Meeting, loop
from gilext.core.environment import is_gil_enabled
from gilext.loops import foreign as bindings
from gilext.loops.catalogue import LOOPS

ALL = [binding.name for binding in loop("spin").bindings]
FOREIGN = ["cffi_api", "cffi_abi", "ctypes_cdll", "ctypes_pydll"]

GENEROUS_SECONDS = 60.0
SHORT_SECONDS = 0.2


class Pair(ctypes.Structure):
    _fields_ = (("first", ctypes.c_int), ("second", ctypes.c_int))


def meet_in_two_threads(wait):
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda _: wait(), range(2)))


@pytest.mark.parametrize("name", FOREIGN)
def test_foreign_binding_meets_in_two_threads_unless_it_holds_the_gil(name):
    holds = loop("spin").binding(name).holds_gil and is_gil_enabled()
    meeting = Meeting(2)
    functions = getattr(bindings, name)()
    timeout = SHORT_SECONDS if holds else GENEROUS_SECONDS

    met = meet_in_two_threads(lambda: functions.meet(meeting, timeout))

    assert met == [not holds, not holds]


@pytest.mark.parametrize("name", ["held", "released"])
def test_c_variant_meets_in_two_threads_unless_it_holds_the_gil(name):
    holds = loop("spin").binding(name).holds_gil and is_gil_enabled()
    meeting = Meeting(2)
    timeout = SHORT_SECONDS if holds else GENEROUS_SECONDS

    met = meet_in_two_threads(lambda: getattr(meeting, f"wait_{name}")(timeout))

    assert met == [not holds, not holds]


def steps_of_another_thread_during(call, times):
    """Return how far another thread came during each call, as the calling thread saw it.

    With so long a switch interval nobody asks the caller for the GIL, so the other thread moves
    only if the call itself lets go of it.
    """
    interval = sys.getswitchinterval()
    steps = 0
    stop = threading.Event()

    def step():
        nonlocal steps
        while not stop.is_set():
            steps += 1
            time.sleep(0)

    sys.setswitchinterval(1000)
    other = threading.Thread(target=step)
    other.start()
    try:
        seen = []
        for _ in range(times):
            before = steps
            call()
            seen.append(steps - before)
        return seen
    finally:
        stop.set()
        other.join()
        sys.setswitchinterval(interval)


@pytest.mark.skipif(not is_gil_enabled(), reason="without a GIL there is none to hold")
def test_pure_python_keeps_the_gil_while_nobody_asks_for_it():
    seen = steps_of_another_thread_during(lambda: loop("spin").binding("python").call(50_000), 21)

    assert sorted(seen)[10] == 0


def test_released_loop_lets_another_thread_move_on():
    seen = steps_of_another_thread_during(lambda: loop("spin").released(20_000_000), 21)

    assert any(seen)


@pytest.mark.parametrize("name", ALL)
@given(iterations=st.integers(0, 300), seed=st.integers(0, 2**64 - 1))
@settings(max_examples=30)
def test_spin_is_the_same_in_every_binding(name, iterations, seed):
    chosen = loop("spin")

    assert chosen.binding(name).call(iterations, seed) == chosen.held(iterations, seed)


@pytest.mark.parametrize("name", ALL)
@given(limit=st.integers(0, 200_000))
@settings(max_examples=15)
def test_count_primes_is_the_same_in_every_binding(name, limit):
    chosen = loop("count_primes")

    assert chosen.binding(name).call(limit) == chosen.held(limit)


@pytest.mark.parametrize("name", ALL)
@given(data=st.binary(max_size=300))
@settings(max_examples=30)
def test_checksum_is_the_same_in_every_binding(name, data):
    chosen = loop("checksum")

    assert chosen.binding(name).call(data) == chosen.held(data)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(
    "buffer",
    [
        b"",
        bytearray(b"abc"),
        bytearray(),
        memoryview(b"abcdef")[2:4],
        memoryview(bytearray(b"abcdef"))[2:4],
        memoryview(b"abcdef").cast("B", (2, 3)),
        array.array("d", [1.0, 2.0]),
        (ctypes.c_int * 3)(1, 2, 3),
        (Pair * 2)((1, 2), (3, 4)),
    ],
    ids=lambda buffer: f"{type(buffer).__name__}-{memoryview(buffer).nbytes}",
)
def test_checksum_takes_any_contiguous_buffer_in_every_binding(name, buffer):
    chosen = loop("checksum")

    assert chosen.binding(name).call(buffer) == chosen.held(memoryview(buffer).tobytes())


@pytest.mark.parametrize("name", ALL)
def test_checksum_lets_go_of_the_buffer_in_every_binding(name):
    data = bytearray(b"abc")

    loop("checksum").binding(name).call(data)

    data.append(0)


BAD_CALLS = [
    ("spin", (-1,), ValueError, "iterations"),
    ("spin", (2**64,), OverflowError, "iterations"),
    ("spin", (1.5,), TypeError, "iterations"),
    ("spin", (1, -1), ValueError, "seed"),
    ("count_primes", (-1,), ValueError, "limit"),
    ("count_primes", (10**12 + 1,), OverflowError, "limit"),
    ("count_primes", ("x",), TypeError, "limit"),
    ("checksum", ("text",), TypeError, "buffer"),
    ("checksum", (memoryview(b"abcd")[::2],), BufferError, "buffer"),
]


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(
    ("loop_name", "arguments", "error", "named"),
    BAD_CALLS,
    ids=[f"{call[0]}-{call[2].__name__}-{call[3]}" for call in BAD_CALLS],
)
def test_bad_argument_is_named_in_every_binding(name, loop_name, arguments, error, named):
    with pytest.raises(error, match=f"'{named}'"):
        loop(loop_name).binding(name).call(*arguments)


@pytest.mark.parametrize("name", ALL)
def test_error_raised_by_index_comes_through(name):
    class Broken:
        def __index__(self):
            raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        loop("spin").binding(name).call(Broken())


@pytest.mark.parametrize("name", ALL)
def test_type_error_raised_by_index_comes_through(name):
    class Broken:
        def __index__(self):
            raise TypeError("mine")

    with pytest.raises(TypeError, match="mine"):
        loop("spin").binding(name).call(Broken())


@pytest.mark.parametrize("name", LOOPS)
def test_catalogue_has_the_two_variants_first(name):
    chosen = loop(name)

    assert [binding.call for binding in chosen.bindings[:2]] == [chosen.held, chosen.released]


@pytest.mark.parametrize("name", LOOPS)
def test_argument_of_a_loop_is_what_the_loop_takes(name):
    chosen = loop(name)

    assert chosen.held(chosen.argument(1000)) == chosen.binding("python").call(
        chosen.argument(1000)
    )


def test_unknown_loop_is_refused_with_the_choices():
    with pytest.raises(ValueError, match="no loop named 'sort'; choose from spin, count_primes"):
        loop("sort")


def test_unknown_binding_is_refused_with_the_choices():
    with pytest.raises(ValueError, match="no binding named 'rust'; choose from held"):
        loop("spin").binding("rust")


def test_name_of_another_type_is_refused():
    with pytest.raises(TypeError, match="the name of a loop must be str, not list"):
        loop([])
    with pytest.raises(TypeError, match="the name of a binding must be str, not NoneType"):
        loop("spin").binding(None)
