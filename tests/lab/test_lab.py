"""The lab: each experiment's claim, in both directions."""

import json
import subprocess
import sys

import pytest

from gilext import info
from gilext._native import Counters, LockPair
from gilext.lab import EXPERIMENTS, races, refcounts
from gilext.lab.cycles import collect_a_cycle
from gilext.lab.lesson import until_shown
from gilext.lab.locks import lock_in_both_orders
from gilext.lab.races import count_in_c, count_in_threads
from gilext.lab.refcounts import race_in, race_references

QUICK = ("cycles",)
GUARDED_COUNTS = [way for way in races.WAYS if not way.startswith("plain")]
GUARDED_REFERENCES = [way for way in refcounts.WAYS if not way.startswith("plain")]


needs_two_cores = pytest.mark.skipif(info().usable_cores < 2, reason="threads need two cores")


@pytest.mark.parametrize("way", GUARDED_COUNTS)
def test_guarded_counters_lose_nothing(way):
    assert [count_in_c(way, 3, 30_000).lost for _ in range(5)] == [0] * 5


@pytest.mark.with_gil
def test_gil_guards_a_plain_counter():
    assert [count_in_c("plain, GIL held", 3, 30_000).lost for _ in range(5)] == [0] * 5


@needs_two_cores
def test_plain_counter_loses_updates_when_the_gil_is_released():
    def lost(result):
        return {row.way: row.lost for row in result.rows}["plain, GIL released"]

    result = until_shown(lambda: count_in_threads(2, 4_000_000), seconds=60)

    assert lost(result) > 0
    assert result.shown
    assert "'plain, GIL released' lost" in result.sentence


@needs_two_cores
@pytest.mark.without_gil
def test_without_a_gil_holding_it_guards_nothing():
    assert count_in_c("plain, GIL held", 2, 4_000_000, patience_seconds=60).lost > 0


@pytest.mark.parametrize("way", GUARDED_REFERENCES)
def test_guarded_references_are_right(way):
    for _ in range(5):
        row = race_in(way, 3, 8, 20_000)
        assert (row.right, row.saw_zero) == (8, 0)


@pytest.mark.with_gil
def test_gil_guards_plain_references():
    assert [race_in("plain, GIL held", 3, 8, 20_000).right for _ in range(5)] == [8] * 5


@needs_two_cores
def test_racing_references_leak_or_are_freed_early():
    def wrong(result):
        row = {row.way: row for row in result.rows}["plain, GIL released"]
        return row.leaked + row.freed_early

    results = (race_references(2, 16, 4_000_000) for _ in range(50))
    result = next(one for one in results if wrong(one) > 0)

    assert result.shown
    assert "freed early" in result.sentence


@pytest.mark.parametrize(
    "run", [lambda: count_in_threads(1, 100_000), lambda: race_references(1, 4, 100_000)]
)
def test_one_thread_races_with_none_and_the_sentence_says_so(run):
    result = run()

    assert result.shown is None
    assert result.sentence.startswith("One thread ")
    assert result.title.startswith("1 thread ")


def test_opposite_orders_deadlock_and_the_same_order_does_not():
    opposite, same, *_ = lock_in_both_orders(rounds=5, timeout=0.02).rows

    assert (opposite.order, opposite.deadlocks) == ("A, then B; B, then A", 5)
    assert (same.order, same.deadlocks) == ("A, then B; A, then B", 0)


@pytest.mark.with_gil
def test_mutex_and_gil_deadlock_unless_the_gil_is_released_before():
    result = lock_in_both_orders(rounds=5, timeout=0.02)

    _, _, held, released = result.rows
    assert (held.deadlocks, released.deadlocks) == (5, 0)
    assert result.shown


@pytest.mark.without_gil
def test_mutex_deadlocks_with_no_gil():
    result = lock_in_both_orders(rounds=5, timeout=0.02)

    assert [row.deadlocks for row in result.rows[2:]] == [0, 0]


def test_counting_leaves_the_cycle_and_the_collector_frees_it():
    result = collect_a_cycle()

    assert result.held.unreachable == ()
    assert len(result.let_go.unreachable) == 8
    assert result.alive_after_counting == 4
    assert result.alive_after_collecting == 0


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in EXPERIMENTS],
)
def test_experiment_runs_from_the_command_line(name, tmp_path):
    def lab(*options):
        return subprocess.run(
            [sys.executable, "-P", "-m", "gilext", "lab", name, *options],
            capture_output=True, text=True, timeout=100, cwd=tmp_path, check=True,
        ).stdout  # fmt: skip

    assert {"claim", "published", "why"} < set(json.loads(lab("--json")))
    if name in QUICK:
        assert lab().rstrip().endswith(".")


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: count_in_threads(workers=0), "workers"),
        (lambda: count_in_threads(increments=0), "increments"),
        (lambda: race_references(objects=0), "objects"),
        (lambda: lock_in_both_orders(rounds=0), "rounds"),
        (lambda: lock_in_both_orders(timeout=0), "timeout"),
    ],
    ids=["workers", "increments", "objects", "rounds", "timeout"],
)
def test_bad_setting_is_named(call, named):
    with pytest.raises(ValueError, match=f"'{named}'"):
        call()


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: Counters("none", 1), ValueError, "must be .plain., .*, not .none."),
        (lambda: Counters(5, 1), TypeError, "'counting' must be str"),
        (lambda: Counters("plain", 0), ValueError, "'cells'"),
        (lambda: Counters("plain", 1).add_held(-1), ValueError, "'times'"),
        (lambda: Counters("plain", 1).add_held("1"), TypeError, "'times'"),
        (lambda: LockPair().take_both_released(2, False, 1), OverflowError, "'first'"),
        (lambda: LockPair().take_both_released(0, False, -1), ValueError, "'timeout'"),
    ],
    ids=["way", "type", "cells", "times", "times type", "first", "timeout"],
)
def test_bad_argument_of_the_c_types_is_named(call, error, said):
    with pytest.raises(error, match=said):
        call()
