"""References that a function drops without owning them: named, and survived."""

import json
import sysconfig
from collections import deque

import pytest

from gilext import check_leaks

needs_protection = pytest.mark.skipif(
    bool(sysconfig.get_config_var("Py_GIL_DISABLED")), reason="what is lost here is freed at once"
)


@needs_protection
@pytest.mark.parametrize(
    ("lost", "of"),
    [
        ("of_argument", "argument 1"),
        ("inside_argument", "inside argument 1"),
        ("of_type", "type `__main__.Victim`"),
        pytest.param("now_and_then", "argument 1", marks=pytest.mark.slow),
    ],
)
def test_what_loses_references_is_named_and_the_process_lives_on(run_child, lost, of):
    ((name, kind, per_call),) = json.loads(run_child("lost_references.py", lost).stdout)

    assert of in name
    assert kind == "lost reference"
    assert per_call == pytest.approx(-0.5 if lost == "now_and_then" else -1, abs=0.1)


def test_what_only_looks_at_the_same_objects_is_cleared(run_child):
    assert json.loads(run_child("lost_references.py", "sound").stdout) == []


SHARED = [1]


@pytest.mark.usefixtures("little_to_collect")
@pytest.mark.parametrize(
    ("full", "drain"),
    [
        ([SHARED] * 20_000, list.pop),
        (dict.fromkeys(range(20_000), SHARED), dict.popitem),
        (deque([SHARED] * 20_000), deque.popleft),
        (set(range(300, 20_300)), set.pop),
    ],
    ids=["list", "dict", "deque", "set"],
)
def test_container_that_is_drained_loses_nothing(full, drain):
    report = check_leaks(drain, full, calls=50)

    assert report.leaks == ()


@pytest.mark.usefixtures("little_to_collect")
def test_argument_that_is_given_away_loses_nothing():
    kept = [[SHARED] * 20_000]

    def hand_out():
        return kept[0].pop()

    assert check_leaks(hand_out, calls=50).leaks == ()
