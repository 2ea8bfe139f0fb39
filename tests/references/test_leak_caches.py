"""Caches: one that fills is no leak, one without a bound is, and one that may fill is told so."""

import itertools
import sys
import time
from collections import OrderedDict
from functools import cache, lru_cache

import pytest

from gilext import check_leaks

pytestmark = pytest.mark.usefixtures("little_to_collect")


@pytest.fixture
def keys():
    """Return what gives a new key to each call."""
    return itertools.count(10**6)


def named(leaks):
    return [leak.of for leak in leaks]


def test_lru_cache_that_can_be_filled_is_filled_and_cleared(keys):
    @lru_cache(maxsize=500)
    def remember(key):
        return [key]

    report = check_leaks(lambda: remember(next(keys)))

    assert report.leaks == report.possible == ()
    assert remember.cache_info().currsize == 500


def test_lru_cache_that_can_not_be_filled_in_time_may_leak(keys):
    @lru_cache(maxsize=10**6)
    def remember(key):
        return [key]

    report = check_leaks(lambda: remember(next(keys)), calls=50)

    assert report.leaks == ()
    (cache,) = [name for name in named(report.possible) if "lru_cache" in name]
    assert cache == f"the lru_cache of `{__name__}.{remember.__wrapped__.__qualname__}`"
    assert any("isn't full" in note and "of 1,000,000 entries" in note for note in report.notes)


def test_lru_cache_without_a_bound_leaks(keys):
    @cache
    def remember(key):
        return [key]

    report = check_leaks(lambda: remember(next(keys)), calls=50)

    assert any("lru_cache" in name for name in named(report.leaks))
    assert any("has no bound" in note for note in report.notes)


@pytest.mark.parametrize("kind", [dict, OrderedDict])
def test_cache_with_a_bound_of_its_own_is_filled_and_cleared(keys, kind):
    cache = kind()

    def remember():
        cache[next(keys)] = [1]
        if len(cache) > 512:
            del cache[next(iter(cache))]

    report = check_leaks(remember)

    assert report.leaks == report.possible == ()
    assert len(cache) == 512


def test_cache_that_is_emptied_when_it_is_full_is_cleared(keys):
    cache = {}

    def remember():
        if len(cache) == 512:
            cache.clear()
        cache[next(keys)] = [1]

    report = check_leaks(remember)

    assert report.leaks == report.possible == ()


def test_list_that_is_cut_now_and_then_is_cleared():
    kept = []

    def keep():
        kept.append([1])
        if len(kept) > 500:
            del kept[:]

    report = check_leaks(keep)

    assert report.leaks == report.possible == ()


def test_slow_function_that_keeps_what_may_be_a_cache_may_leak(keys):
    cache = {}

    def remember():
        cache[next(keys)] = [1]
        time.sleep(0.02)

    report = check_leaks(remember, calls=3, seconds=15)

    assert report.leaks == ()
    assert "a dict in the function's variable 'cache'" in named(report.possible)


def test_dict_without_a_bound_leaks(keys):
    cache = {}

    def remember():
        cache[next(keys)] = [1]

    report = check_leaks(remember, calls=100)

    assert named(report.leaks)[0] == "a dict in the function's variable 'cache'"


class Replaced:
    """A list whose place another one takes at each call: none of them is seen to grow."""

    def __init__(self):
        self.items = []

    def __call__(self):
        self.items = [*self.items, [1]]


@pytest.mark.skipif(not sys.getallocatedblocks(), reason="this allocator counts no blocks")
def test_list_that_is_replaced_may_leak_if_time_was_out_after_one_stage():
    told = itertools.count(1)

    report = check_leaks(Replaced(), progress=lambda *_: next(told) >= 12)

    assert report.leaks == ()
    assert "memory" in named(report.possible)
