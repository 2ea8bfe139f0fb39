"""check_leaks(): finds what is planted, names it, and clears its twins and the standard library."""

import base64
import binascii
import ctypes
import json
import math
import struct
import sys
import time
import zlib
from pathlib import Path

import pytest

from gilext import check_leaks
from gilext._native import heap_bytes, is_immortal
from gilext.testing import assert_no_leaks

sys.path.insert(0, str(Path(__file__).parents[1] / "planted"))
from planting import CASES, plant

pytestmark = pytest.mark.usefixtures("little_to_collect")


# One of each kind; what else there is takes long.
KINDS = ("argument", "result", "on_error", "memory", "heap")
EACH_CASE = [pytest.param(name, marks=() if name in KINDS else pytest.mark.slow) for name in CASES]


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """Build and import the module of planted leaks."""
    return plant(tmp_path_factory.mktemp("planted"))


@pytest.mark.parametrize("name", EACH_CASE)
def test_planted_leak_is_found_and_named(planted, name):
    make, options, of = CASES[name]
    if name == "none" and is_immortal(None):
        pytest.skip("None is immortal here: nothing can leak")
    needs = (heap_bytes() or 0) + (sys.getallocatedblocks() if of != "heap" else 0)
    if of in ("heap", "memory", "the result") and not needs:
        pytest.skip("this allocator doesn't tell what it has given out")

    report = check_leaks(getattr(planted, f"leak_{name}"), *make(), **options)

    assert [leak.of for leak in report.leaks] == [of]
    if of != "heap":
        assert report.leaks[0].per_call == pytest.approx(1, abs=0.1)
        assert f"leak_{name} leaks one" in report.sentence


@pytest.mark.parametrize("name", EACH_CASE)
def test_sound_twin_is_cleared(planted, name):
    make, options, _ = CASES[name]

    report = check_leaks(getattr(planted, f"sound_{name}"), *make(), **options)

    assert report.leaks == ()
    assert "leaks nothing" in report.sentence


@pytest.mark.slow
def test_assertion_fails_with_what_leaks_and_passes_its_twin(planted):
    with pytest.raises(
        AssertionError, match=r"leaks one reference per call to argument 1.*"
    ) as said:
        assert_no_leaks(planted.leak_argument, [])
    assert "Py_DECREF" in str(said.value)
    assert_no_leaks(planted.sound_argument, [])
    assert_no_leaks(planted.sound_on_error, [], raises=ValueError)


@pytest.mark.slow
@pytest.mark.skipif(not heap_bytes(), reason="this allocator doesn't tell what it has given out")
def test_assertion_says_where_to_look_for_what_leaks(planted):
    with pytest.raises(
        AssertionError, match=r"malloc\(\)'s heap(.|\n)*without its free\(\)"
    ) as said:
        assert_no_leaks(planted.leak_heap)
    assert "Py_DECREF" not in str(said.value)
    assert_no_leaks(planted.sound_heap)


@pytest.mark.slow
def test_assertion_passes_its_options_on():
    kept, free = [], []

    def keep():
        free.append(1)

    assert_no_leaks(keep, teardown=free.clear, rate=0.5, seconds=20)
    assert_no_leaks(free.pop, setup=lambda: free.append(1))
    with pytest.raises(AssertionError, match=r"to the list"):
        assert_no_leaks(lambda: kept.append(kept), also={"the list": kept})


def test_assertion_fails_if_the_calls_were_too_few_to_see_anything():
    with pytest.raises(AssertionError, match=r"can't be judged(.|\n)*more seconds"):
        assert_no_leaks(time.sleep, 0.05, seconds=0.01)


def test_over_release_is_seen_as_a_falling_count(planted, run_child):
    assert "fell" in run_child("over_release.py", planted.__file__).stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("function", "args", "options"),
    [
        (len, ([1, 2],), {}),
        (sorted, ([3, 1, 2],), {}),
        (json.dumps, ({"a": [1, 2.5, None]},), {}),
        (json.loads, ('{"a": [1, 2.5, null]}',), {}),
        (json.loads, ("{",), {"raises": ValueError}),
        (zlib.compress, (b"x" * 1000,), {}),
        (binascii.unhexlify, ("zz",), {"raises": ValueError}),
        (base64.b64encode, (b"x" * 100,), {}),
        (struct.unpack, ("3i", bytes(12)), {}),
        (math.factorial, (30,), {}),
        (int, ("x",), {"raises": ValueError}),
        ([].append, (), {"raises": TypeError}),
        (dict, (), {"a": 1}),
        (str.split, ("a b c",), {}),
    ],
)
def test_standard_library_is_cleared(function, args, options):
    assert check_leaks(function, *args, **options).leaks == ()


@pytest.mark.slow
def test_cache_that_fills_is_no_leak():
    cache = {}

    def remember(_=None):
        if len(cache) < 300:
            cache[len(cache)] = object()

    assert check_leaks(remember).leaks == ()


@pytest.mark.slow
@pytest.mark.parametrize("every", [1, 2, 10])
def test_leak_in_some_of_the_calls_is_found_with_its_rate(every):
    calls, kept, argument = [0], [], object()

    def keep_now_and_then(_):
        calls[0] += 1
        if calls[0] % every == 0:
            kept.append(argument)

    report = check_leaks(keep_now_and_then, argument)

    (leak,) = (leak for leak in report.leaks if leak.of == "argument 1")
    assert leak.per_call == pytest.approx(1 / every, abs=leak.error + 0.01)
    said = "per call to argument 1" if every == 1 else f"to argument 1 in {every} calls"
    assert f"one reference {said}" in leak.text


@pytest.mark.skipif(not heap_bytes(), reason="this allocator doesn't tell what it has given out")
@pytest.mark.parametrize(
    ("size", "calls"), [(1 << 10, 1000), (8 << 20, 10)], ids=["of_the_heap", "mapped_for_itself"]
)
def test_block_of_malloc_is_seen_at_any_size(size, calls):
    malloc = ctypes.CDLL(None).malloc
    malloc.argtypes, malloc.restype = (ctypes.c_size_t,), ctypes.c_void_p

    report = check_leaks(malloc, size, calls=calls, rounds=2)

    # What else is freed in a round is less than a part of what a thousand calls leak.
    assert report.heap_bytes_per_call >= 0.9 * size


@pytest.mark.skipif(not sys.getallocatedblocks(), reason="this allocator counts no blocks")
def test_list_that_grows_for_ever_is_a_leak():
    kept = []

    def keep():
        kept.append(object())

    report = check_leaks(keep, trace=True)

    assert [leak.of for leak in report.leaks] == [
        "a list in the function's variable 'kept'",
        "memory",
    ]
    assert any(Path(__file__).name in line for line in report.traced)


def test_error_that_is_not_expected_comes_through():
    with pytest.raises(ZeroDivisionError):
        check_leaks(lambda: 1 / 0)


@pytest.mark.parametrize(
    ("options", "error", "named"),
    [
        ({"calls": 0}, ValueError, "calls"),
        ({"rounds": 1}, ValueError, "rounds"),
        ({"calls": "5"}, TypeError, "calls"),
        ({"seconds": 0}, ValueError, "seconds"),
        ({"rate": 0}, ValueError, "rate"),
        ({"rate": 2}, ValueError, "rate"),
        ({"setup": 5}, TypeError, "setup"),
        ({"teardown": 5}, TypeError, "teardown"),
        ({"progress": 5}, TypeError, "progress"),
        ({"rounds": 10**400}, ValueError, "rounds"),
    ],
)
def test_bad_argument_is_named(options, error, named):
    with pytest.raises(error, match=f"'{named}'"):
        check_leaks(len, (), **options)


def test_what_can_not_be_called_is_refused():
    with pytest.raises(TypeError, match="'fn' must be callable"):
        check_leaks(5)
