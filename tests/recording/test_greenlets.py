"""Programs whose stacks are switched by greenlet, and whose threads are gevent's."""

from importlib.util import find_spec

import pytest

pytestmark = pytest.mark.with_gil

with_greenlet = pytest.mark.skipif(find_spec("greenlet") is None, reason="greenlet is missing")
with_gevent = pytest.mark.skipif(find_spec("gevent") is None, reason="gevent is missing")


# The child asserts that no stack has frames of both, and that each is as deep as it should be.
@with_greenlet
def test_stacks_of_greenlets_are_told_apart(run_child):
    assert run_child("greenlet_mixture.py", "20000").stdout == "right\n"


@with_greenlet
@pytest.mark.slow
def test_a_million_switches_are_survived(run_child):
    assert run_child("greenlet_mixture.py", "1000000").stdout == "right\n"


# A callback in a thread that has become a greenlet would wait in C and stop all others.
@with_gevent
@pytest.mark.parametrize("when", ["before", "while"])
def test_gevent_may_take_the_place_of_threads(run_child, when):
    assert run_child("gevent_patched.py", when).stdout == "right\n"
