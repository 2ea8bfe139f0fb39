"""The lab: each experiment's claim, in both directions."""

import json
import subprocess
import sys

import pytest

from gilext import info
from gilext._native import Counters, LockPair
from gilext.core.environment import is_gil_enabled
from gilext.lab import EXPERIMENTS, locks, races, refcounts
from gilext.lab.cycles import collect_a_cycle
from gilext.lab.locks import lock_in_both_orders
from gilext.lab.races import count_in_threads
from gilext.lab.refcounts import race_references

QUICK = ("races", "refcounts", "locks", "cycles", "generations")
GUARDED_COUNTS = [way for way in races.WAYS if not way.startswith("plain")]
GUARDED_REFERENCES = [way for way in refcounts.WAYS if not way.startswith("plain")]


def many_times(run, is_enough, most=50):
    """Run until it shows what chance decides when; on one core it may never."""
    results = []
    while len(results) < most and not (results and is_enough(results[-1])):
        results.append(run())
    return results


needs_two_cores = pytest.mark.skipif(info().usable_cores < 2, reason="threads need two cores")


def test_guarded_counters_lose_nothing():
    for _ in range(5):
        rows = {row.way: row for row in count_in_threads(3, 30_000).rows}
        assert {way: rows[way].lost for way in GUARDED_COUNTS} == dict.fromkeys(GUARDED_COUNTS, 0)


@pytest.mark.with_gil
def test_gil_guards_a_plain_counter():
    for _ in range(5):
        rows = {row.way: row for row in count_in_threads(3, 30_000).rows}
        assert rows["plain, GIL held"].lost == 0


@needs_two_cores
def test_plain_counter_loses_updates_when_the_gil_is_released():
    def lost(result):
        return {row.way: row.lost for row in result.rows}["plain, GIL released"]

    results = many_times(lambda: count_in_threads(2, 4_000_000), lost)

    assert lost(results[-1]) > 0
    assert "lost" in results[-1].sentence


@needs_two_cores
@pytest.mark.without_gil
def test_without_a_gil_holding_it_guards_nothing():
    def lost(result):
        return {row.way: row.lost for row in result.rows}["plain, GIL held"]

    assert lost(many_times(lambda: count_in_threads(2, 4_000_000), lost)[-1]) > 0


def test_guarded_references_are_right():
    for _ in range(5):
        rows = {row.way: row for row in race_references(3, 8, 20_000).rows}
        for way in GUARDED_REFERENCES:
            assert (rows[way].right, rows[way].saw_zero) == (8, 0)
        if is_gil_enabled():
            assert rows["plain, GIL held"].right == 8


@needs_two_cores
def test_racing_references_leak_or_are_freed_early():
    def wrong(result):
        row = {row.way: row for row in result.rows}["plain, GIL released"]
        return row.leaked + row.freed_early

    result = many_times(lambda: race_references(2, 16, 4_000_000), wrong)[-1]

    assert wrong(result) > 0
    assert "freed early" in result.sentence


def test_opposite_orders_deadlock_and_the_same_order_does_not():
    result = lock_in_both_orders(rounds=5, timeout=0.02)

    opposite, same = result.rows
    assert (opposite.order, opposite.deadlocks) == ("opposite", 5)
    assert (same.order, same.deadlocks) == ("same", 0)
    assert locks.Locks is type(result)


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

    assert json.loads(lab("--json"))
    if name in QUICK:
        assert lab().rstrip().endswith(".")


def test_lab_without_a_name_lists_the_experiments(tmp_path):
    done = subprocess.run(
        [sys.executable, "-P", "-m", "gilext", "lab"],
        capture_output=True, text=True, timeout=100, cwd=tmp_path, check=True,
    )  # fmt: skip

    assert [line.split()[0] for line in done.stdout.splitlines()] == list(EXPERIMENTS)


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
