"""The switch interval comes back, whoever changes it, and in whatever order the blocks end."""

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from gilext.core.switch_interval import switch_interval


@pytest.fixture(autouse=True)
def own_interval():
    """Set an interval that nothing else sets, so that a wrong one shows in any order of tests."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.004)
    yield
    sys.setswitchinterval(before)


def test_block_has_its_interval_and_the_one_before_comes_back():
    with switch_interval(0.001):
        assert sys.getswitchinterval() == 0.001

    assert sys.getswitchinterval() == 0.004


def test_it_comes_back_after_an_error():
    with pytest.raises(LookupError), switch_interval(0.001):
        raise LookupError

    assert sys.getswitchinterval() == 0.004


@pytest.mark.parametrize("first", [0, 1], ids=["first in, first out", "last in, first out"])
def test_last_block_to_end_restores_what_was_before_the_first(first):
    blocks = [ExitStack(), ExitStack()]
    blocks[0].enter_context(switch_interval(0.001))
    blocks[1].enter_context(switch_interval(0.0005))
    assert sys.getswitchinterval() == 0.0005

    blocks[first].close()
    assert sys.getswitchinterval() == (0.0005, 0.001)[first]

    blocks[1 - first].close()
    assert sys.getswitchinterval() == 0.004


def test_interval_that_the_program_sets_stays():
    with switch_interval(0.001), switch_interval(0.0005):
        sys.setswitchinterval(0.02)

    assert sys.getswitchinterval() == 0.02


def test_interval_that_the_program_sets_comes_back_after_a_later_block():
    with switch_interval(0.001):
        sys.setswitchinterval(0.02)
        with switch_interval(0.0005):
            assert sys.getswitchinterval() == 0.0005

    assert sys.getswitchinterval() == 0.02


def test_many_threads_at_once_leave_it_as_it_was():
    def change(microseconds):
        with switch_interval(microseconds * 1e-6):
            return sys.getswitchinterval() <= microseconds * 1e-6

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(change, range(10, 810)))

    assert sys.getswitchinterval() == 0.004
