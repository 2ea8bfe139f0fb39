"""The lessons on what takes the place of the GIL: stops of the world, split counts, object locks."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from gilext import info
from gilext.lab import attached_call, object_locks, shared_count
from gilext.lab.attached_call import LongCall, collect_during_a_call
from gilext.lab.lesson import until_shown
from gilext.lab.object_locks import AppendingWay, append_to_one_or_many
from gilext.lab.shared_count import ReferenceTo, count_one_or_many

RESULTS = Path(__file__).parents[2] / "docs" / "results"


@pytest.fixture
def environment(monkeypatch):
    """Return how to make the lessons believe that they run elsewhere."""

    def pretend(gil_enabled, cores=2.0):
        here = replace(info(), gil_enabled=gil_enabled, usable_cores=cores)
        for module in (attached_call, object_locks, shared_count):
            monkeypatch.setattr(module, "info", lambda: here)

    return pretend


@pytest.mark.slow
@pytest.mark.usefixtures("little_to_collect")
def test_collection_waits_for_an_attached_call_and_not_for_a_detached_one():
    lesson = until_shown(lambda: collect_during_a_call(0.1, 3), seconds=60)

    nobody, attached, detached = lesson.rows
    assert lesson.shown, str(lesson)
    assert nobody.collected_during is None
    assert attached.collected_during == 0 < detached.collected_during


@pytest.mark.slow
@pytest.mark.usefixtures("little_to_collect")
def test_thread_that_only_computes_pauses_for_a_gil_even_if_nobody_collects(gil_enabled):
    def always_pauses():
        nobody, attached, _ = collect_during_a_call(0.1, 5).rows
        return nobody.longest_pause_seconds > attached.longest_pause_seconds / 2

    assert any(always_pauses() == gil_enabled for _ in range(20))


def test_lesson_says_which_of_the_two_a_collection_waits_for():
    rows = (
        LongCall("attached, nobody collects", 0.1, None, None, 0.001),
        LongCall("attached, another thread collects", 0.1, 0, 0.09, 0.08),
        LongCall("detached, another thread collects", 0.1, 5, 0.002, 0.001),
    )

    with_gil, without = (attached_call.sentence_of(rows, 5, gil) for gil in (True, False))

    assert "It waits for the GIL" in with_gil
    assert "There is no GIL here" in without
    assert "paused for 80 ms, and for 1 ms if nobody collects" in without


def counts(one_each, one_for_all, parallelism=1.9):
    return (
        ReferenceTo("its own", 5e-9, 5e-9, parallelism),
        ReferenceTo("another thread's, one each", 15e-9, one_each, parallelism),
        ReferenceTo("another thread's, one for all", 15e-9, one_for_all, parallelism),
        ReferenceTo("None, for all", 5e-9, 5e-9, parallelism),
    )


@pytest.mark.parametrize(
    ("rows", "is_shown"),
    [
        pytest.param(counts(15e-9, 90e-9), True, id="contended"),
        pytest.param(counts(15e-9, 14e-9), False, id="not contended"),
        pytest.param(counts(15e-9, 16e-9, parallelism=0.4), False, id="never at once"),
    ],
)
def test_shared_count_is_shown_if_threads_that_run_at_once_pay_for_it(rows, is_shown):
    assert shared_count.is_shown(rows) == is_shown


@pytest.mark.parametrize(
    ("gil", "cores", "said"),
    [(True, 2.0, "One thread at a time counts here"), (False, 1.0, "On one core no two threads")],
    ids=["a GIL", "one core"],
)
def test_shared_count_says_why_it_has_nothing_to_show(environment, gil, cores, said):
    environment(gil, cores)

    lesson = count_one_or_many(2, 100, 1)

    assert lesson.shown is None
    assert said in lesson.sentence


@pytest.mark.slow
@pytest.mark.usefixtures("little_to_collect")
@pytest.mark.without_gil
def test_reference_to_another_threads_object_takes_longer_than_to_its_own():
    own, one_each, _, none = count_one_or_many(2, 1_000_000).rows

    assert own.alone_seconds < one_each.alone_seconds
    assert none.alone_seconds < one_each.alone_seconds


@pytest.mark.parametrize("gil", [True, False])
def test_no_append_is_lost(environment, gil):
    environment(gil)

    lesson = append_to_one_or_many(3, 2_000, 1)

    assert [row.lost for row in lesson.rows] == [0] * 4
    assert [row.appends for row in lesson.rows] == [6_000] * 4
    assert "0 of 24,000 appends are lost" in lesson.sentence
    assert ("one lock for all lists" in lesson.sentence) == gil


def appends(lists, one_list, lost=0):
    return tuple(
        AppendingWay(way, 100, lost, 20e-9, 20e-9 / scaling, scaling)
        for way, scaling in (("lists", lists), ("list", one_list), ("locks", 1.9), ("lock", 0.7))
    )


@pytest.mark.parametrize(
    ("rows", "is_shown"),
    [
        pytest.param(appends(1.9, 0.6), True, id="only apart"),
        pytest.param(appends(0.9, 0.6), False, id="not even apart"),
        pytest.param(appends(1.5, 1.6), False, id="together too"),
        pytest.param(appends(1.9, 0.6, lost=1), False, id="lost"),
    ],
)
def test_object_locks_are_shown_if_threads_gain_only_apart(rows, is_shown):
    assert object_locks.is_shown(rows) == is_shown


def test_object_locks_on_one_core_have_nothing_to_show(environment):
    environment(False, 1.0)

    lesson = append_to_one_or_many(2, 100, 1)

    assert lesson.shown is None
    assert "on one core no two threads meet" in lesson.sentence


@pytest.mark.parametrize("name", ["attached_call", "shared_count", "object_locks", "without_gil"])
def test_kept_run_is_one_without_a_gil(name):
    kept = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))

    assert kept["environment"]["gil_enabled"] is False


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: collect_during_a_call(0), "seconds"),
        (lambda: collect_during_a_call(0.1, 0), "rounds"),
        (lambda: count_one_or_many(1), "workers"),
        (lambda: count_one_or_many(2, 0), "times"),
        (lambda: count_one_or_many(2, 1, 0), "rounds"),
        (lambda: append_to_one_or_many(1), "workers"),
        (lambda: append_to_one_or_many(2, 0), "appends"),
        (lambda: append_to_one_or_many(2, 1, 0), "rounds"),
    ],
)
def test_bad_setting_is_named(call, named):
    with pytest.raises(ValueError, match=f"'{named}'"):
        call()
