"""Leaks in some of the calls: found each time, with their rate, and cleared if there is none."""

import ctypes
import random

import pytest

from gilext import check_leaks
from gilext._native import is_immortal

pytestmark = pytest.mark.usefixtures("little_to_collect")

forget = ctypes.pythonapi.Py_IncRef
forget.argtypes, forget.restype = (ctypes.py_object,), None
TIMES = 20


class NowAndThen:
    """Forgets a reference in one of so many calls: each time after as many, or by chance."""

    def __init__(self, every, chance=None):
        self.every, self.chance, self.calls = every, chance, 0

    def __call__(self, argument):
        self.calls += 1
        if self.chance is None:
            is_leaky = self.calls % self.every == 0
        else:
            is_leaky = self.chance.random() < 1 / self.every
        if is_leaky:
            forget(argument)


def check_once(every, chance=None):
    report = check_leaks(NowAndThen(every, chance), object(), rate=min(0.1, 0.5 / every))

    (leak,) = report.leaks
    assert leak.of == "argument 1"
    # The error is that of 95 in 100 checks, for rounds whose scatter is known no better.
    assert leak.per_call == pytest.approx(1 / every, rel=0.35)


@pytest.mark.parametrize("every", [2, 10, 50])
def test_leak_in_one_of_so_many_calls(every):
    check_once(every)


@pytest.mark.slow
@pytest.mark.parametrize("every", [1, 2, 10, 50])
def test_leak_in_one_of_so_many_calls_is_found_each_time(every):
    for time in range(TIMES):
        check_once(every)
        check_once(every, random.Random(time))


@pytest.mark.slow
@pytest.mark.skipif(is_immortal(None), reason="None is immortal here: nothing can leak")
@pytest.mark.parametrize("every", [1, 2, 10])
def test_references_to_none_are_found_each_time(every):
    for _ in range(TIMES):
        leaky = NowAndThen(every)
        report = check_leaks(lambda leaky=leaky: leaky(None))
        assert [leak.of for leak in report.leaks] == ["None"]
        assert check_leaks(NowAndThen(10**9), None).leaks == ()
