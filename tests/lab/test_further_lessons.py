"""The lessons on byte code, turns, leaks, the collector, tasks, and builds without a GIL."""

import json
import shlex
from functools import partial

import pytest

from gilext import info, is_immortal
from gilext._native import heap_bytes
from gilext.lab.byte_code import find_switch_points
from gilext.lab.collecting_thread import see_who_collects
from gilext.lab.leaks import find_leaks
from gilext.lab.lesson import until_shown
from gilext.lab.one_after_another import start_and_join
from gilext.lab.references import count_references
from gilext.lab.tasks_and_threads import wait_and_compute
from gilext.lab.tracked import list_what_is_tracked
from gilext.lab.who_is_next import Turn, in_order, shares_of, take_turns
from gilext.lab.without_gil import price_of_no_gil


@pytest.fixture
def interpreter(tmp_path):
    """Return how to make something that answers as an interpreter would."""

    def make(file_name, **answer):
        path = tmp_path / file_name
        path.write_text(f"#!/bin/sh\necho {shlex.quote(json.dumps(answer))}\n")
        path.chmod(0o755)
        return str(path)

    return make


@pytest.mark.with_gil
def test_thread_is_switched_at_a_call_and_never_within_one_statement():
    lesson = until_shown(find_switch_points)

    between = {row.loop for row in lesson.rows if row.place == "read to write"}
    assert lesson.shown, str(lesson)
    assert "a call between" in between
    assert "never switched" in lesson.sentence
    assert "0 lines ran" in lesson.sentence


@pytest.mark.without_gil
def test_without_a_gil_no_thread_is_switched():
    lesson = find_switch_points()

    assert lesson.shown is None
    assert lesson.sentence.startswith("Without a GIL")


@pytest.mark.with_gil
def test_interpreter_that_switches_within_a_statement_is_shown_as_such(interpreter, monkeypatch):
    old = interpreter("old", name="Old 2.0", loops={"one statement": [["INPLACE_ADD", True, 3]]})
    monkeypatch.setattr("gilext.lab.byte_code.NAMES", ())
    monkeypatch.setattr("sys.executable", old)

    lesson = find_switch_points()

    assert "Old 2.0 the thread was sometimes switched" in lesson.sentence
    assert not lesson.shown


def test_workers_meet_only_if_both_are_started_before_the_first_join():
    lesson = start_and_join(patience=0.05)

    assert [row.met for row in lesson.rows] == ["no", "yes", "no", "yes"]
    assert lesson.shown
    assert "met in 0 of 2 runs" in lesson.sentence


@pytest.mark.with_gil
def test_thread_in_c_that_holds_gets_most_of_the_time():
    lesson = until_shown(lambda: take_turns(3, 0.4))

    assert lesson.shown, str(lesson)
    assert lesson.rows[-1].held_fraction > max(row.held_fraction for row in lesson.rows[3:-1])


@pytest.mark.without_gil
def test_without_a_gil_no_thread_takes_turns():
    lesson = take_turns(3, 0.05)

    assert lesson.shown is None
    assert {row.held_fraction for row in lesson.rows} == {None}
    assert "held" not in str(lesson)


def turns(*workers):
    return [Turn(worker, float(start)) for start, worker in enumerate(workers)]


@pytest.mark.parametrize(
    ("workers", "found"),
    [((0, 1, 2, 0, 1, 2), (3, 3)), ((0, 1, 2, 1, 0, 2), (2, 3)), ((0, 1), (0, 0))],
    ids=["a queue", "no queue", "too few turns"],
)
def test_turns_in_order_of_waiting_are_counted(workers, found):
    assert in_order(turns(*workers), 3) == found


def test_share_of_a_thread_is_its_time_and_its_longest_wait():
    first, second, third = shares_of("crew", turns(0, 1, 0, 0, 2, 1, 0), 3, (2,))

    assert (first.turns, second.turns, third.turns) == (3, 2, 1)
    assert (first.held_fraction, third.held_fraction) == (3 / 6, 1 / 6)
    assert (first.longest_wait_seconds, second.longest_wait_seconds) == (1.0, 3.0)
    assert (first.thread, third.thread) == ("1, in Python", "3, in C that holds")


@pytest.mark.slow
@pytest.mark.usefixtures("little_to_collect")
def test_each_leak_is_found_and_nothing_else_is_blamed():
    lesson = find_leaks()

    leaks = {row.function: (row.leaks, row.counted_in, row.per_call) for row in lesson.rows}
    about = partial(pytest.approx, abs=0.01)
    assert leaks["no Py_DECREF of its argument"] == ("argument 1", "references", about(1))
    assert leaks["none in one of ten calls"] == ("argument 1", "references", about(0.1))
    assert leaks["none of an instance's type"][0] == "type `gilext.lab.leaks.Stamp`"
    assert leaks["none in a coroutine"] == ("argument 1", "references", about(1))
    assert leaks["a Py_DECREF too many"] == ("argument 1", "lost references", about(-1))
    assert leaks["a list that only grows"][1:] == ("items", about(1))
    for sound in ("malloc() and free()", "a cycle of objects", "a cache of 100 entries"):
        assert leaks[sound] == ("nothing", "-", None)
    if heap_bytes() is not None:
        assert leaks["no free() of 200 bytes"][:2] == ("heap", "bytes")
    assert lesson.shown


def test_each_kind_of_reference_counts_what_it_should():
    lesson = count_references()

    *counted, of_none = (row.change for row in lesson.rows)
    assert counted == [1, 3, 1, 0, 0, -4]
    assert (of_none == 0) == is_immortal(None)
    assert lesson.shown


def test_containers_are_tracked_and_values_are_not():
    lesson = list_what_is_tracked()

    tracked = {row.value: row.tracked_later for row in lesson.rows}
    assert {tracked[one] for one in ("an int", "a str", "an object()")} == {"no"}
    assert {tracked[one] for one in ("a list", "a dict with a list in it", "a function")} == {"yes"}
    assert tracked["a tuple of ints"] == "no"
    assert tracked["a tuple with a list in it"] == "yes"
    assert "2 of 2 are alive" in lesson.sentence
    assert lesson.shown


@pytest.mark.skipif(info().free_threaded_build, reason="this build has no header in front")
def test_container_has_two_words_in_front_and_a_value_has_none():
    header = {row.value: row.header_bytes for row in list_what_is_tracked().rows}

    assert (header["a list"], header["an int"]) == (16, 0)


def test_collector_runs_in_the_thread_that_makes_the_containers():
    lesson = until_shown(see_who_collects)

    makes, computes, waits = (row.collections for row in lesson.rows)
    assert makes > 0
    assert computes == waits == 0
    assert lesson.shown


def test_few_containers_start_no_collection():
    lesson = see_who_collects(10)

    assert sum(row.collections for row in lesson.rows) == 0
    assert lesson.shown is False


def test_tasks_wait_at_once_and_compute_one_after_the_other():
    lesson = until_shown(lambda: wait_and_compute(4, 0.02, 1_000))

    threads = {row.way: row.threads for row in lesson.rows if row.work == "computes in Python"}
    assert lesson.shown, str(lesson)
    assert (threads["threads"], threads["tasks"], threads["one after the other"]) == (4, 1, 1)
    assert "Two tasks that compute never met in C; handed to threads, they did." in lesson.sentence


@pytest.fixture
def build(interpreter, monkeypatch):
    """Return how to make a build that answers with the time that a program takes in it."""
    monkeypatch.setattr("gilext.lab.without_gil.NAMES", ())

    def make(file_name, version, last_seconds, free_threaded):
        return interpreter(
            file_name,
            name=f"Python {'.'.join(map(str, version))}",
            version=version,
            free_threaded=free_threaded,
            gil=not free_threaded,
            seconds=[1.0, 1.0, 1.0, last_seconds],
        )

    return make


def test_price_without_a_gil_is_that_of_two_builds_of_one_version(build, monkeypatch):
    monkeypatch.setattr("sys.executable", build("python", [3, 99, 1], 1.0, False))
    others = [build("pythont", [3, 99, 1], 1.4, True), build("other", [3, 99, 0], 1.0, True)]

    lesson = price_of_no_gil(others)

    told = {row.interpreter: (row.compared, row.spread) for row in lesson.rows}
    assert told == {
        "Python 3.99.1": (None, None),
        "Python 3.99.1t": (1.1, "1.10-1.10"),
        "Python 3.99.0t": (None, None),
    }
    assert "Python 3.99.1t takes 1.10 times (1.10-1.10) as long" in lesson.sentence
    assert lesson.shown


@pytest.mark.parametrize("free_threaded", [True, False])
def test_build_that_is_missing_is_named(build, monkeypatch, free_threaded):
    monkeypatch.setattr("sys.executable", build("python", [3, 99, 1], 1.0, free_threaded))

    lesson = price_of_no_gil()

    assert f"Python 3.99.1{'' if free_threaded else 't'};" in lesson.sentence
    assert lesson.shown is None


@pytest.mark.slow
def test_this_interpreter_is_one_of_those_that_answer(monkeypatch):
    monkeypatch.setattr("gilext.lab.without_gil.NAMES", ())

    (row,) = price_of_no_gil().rows

    assert row.interpreter.rstrip("t") == f"CPython {info().python_version}"
    assert row.gil == ("yes" if info().gil_enabled else "no")


def test_builds_take_turns_and_the_spread_of_their_rounds_is_told(build, monkeypatch):
    standard = build("python", [3, 99, 1], 1.0, False)
    free = build("pythont", [3, 99, 1], 1.0, True)
    asked = []

    def slower_each_time(path, *_):
        asked.append(path)
        return {
            "name": "Python",
            "version": [3, 99],
            "free_threaded": path == free,
            "gil": path == standard,
            "seconds": [1.0 + 0.1 * len(asked) * (path == free)] * 4,
        }

    monkeypatch.setattr("sys.executable", standard)
    monkeypatch.setattr("gilext.lab.asking.answer_to", slower_each_time)

    _, row = price_of_no_gil([standard, free]).rows

    assert asked == [standard, free] * 5
    assert (row.compared, row.spread) == (pytest.approx(1.6), "1.20-2.00")


@pytest.mark.parametrize("ask", [find_switch_points, price_of_no_gil])
def test_interpreter_that_is_not_there_is_an_error(ask):
    with pytest.raises(FileNotFoundError, match="/no/such/python"):
        ask(["/no/such/python"])


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: start_and_join(0), "patience"),
        (lambda: take_turns(2), "workers"),
        (lambda: take_turns(seconds=0), "seconds"),
        (lambda: see_who_collects(0), "containers"),
        (lambda: wait_and_compute(1), "pieces"),
        (lambda: wait_and_compute(wait=0), "wait"),
        (lambda: wait_and_compute(steps=0), "steps"),
    ],
)
def test_bad_setting_is_named(call, named):
    with pytest.raises(ValueError, match=f"'{named}'"):
        call()
