"""The lessons: what each says of the GIL is so, and isn't where it can't be."""

import gc
import json

import pytest

from gilext import info
from gilext._native import time_os_threads
from gilext.core.environment import is_gil_enabled
from gilext.course.claims import CLAIMS
from gilext.lab import EXPERIMENTS
from gilext.lab.bindings_table import Candidate, packaged_candidates, tabulate_bindings
from gilext.lab.blocking_calls import check_standard_calls
from gilext.lab.break_even import find_break_even
from gilext.lab.convoy import ask_beside
from gilext.lab.cpu_bound import work_in_two_threads
from gilext.lab.generations import watch_generations
from gilext.lab.io_bound import wait_in_two_threads
from gilext.lab.lock import lock_the_additions
from gilext.lab.other_interpreters import ask_interpreters
from gilext.lab.plus_and_minus import meet_at_zero
from gilext.lab.processes import hire_each_kind
from gilext.lab.race import race_in_python
from gilext.lab.split_sum import split_a_sum
from gilext.lab.switch_interval import wait_for_python
from gilext.lab.web_server import serve_before_and_after
from gilext.loops.catalogue import loop

needs_two_cores = pytest.mark.skipif(info().usable_cores < 2, reason="threads need two cores")


def bare_threads_gain():
    """Return whether two threads without Python do more than one does in the same time, now."""
    one, two = (min(time_os_threads("spin", n, 10**7)[0] for _ in range(3)) for n in (1, 2))
    return two < 2 * one / 1.5


def first_that_shows(run, most=20, can_be_shown=lambda: True):
    """Run until the effect is seen: chance and neighbours decide how soon, never whether.

    Each run has to be longer than some switch intervals: in a shorter one no thread changes.
    Where others keep the cores, `can_be_shown` says so, beside each run.
    """
    chances = 0
    for _ in range(most):
        lesson = run()
        if lesson.shown:
            break
        chances += can_be_shown()
    if not lesson.shown and chances < most / 2:
        pytest.skip(f"others keep the cores: {chances} of {most} runs had a chance")
    assert lesson.shown, str(lesson)
    check_form_of(lesson)
    return lesson


def check_form_of(lesson):
    assert lesson.sentence.endswith(".")
    assert str(lesson).rstrip().endswith(lesson.sentence.rsplit(" ", 1)[1])
    assert json.loads(json.dumps(lesson.to_dict()))["sentence"] == lesson.sentence


def rows_of(lesson):
    return {row.way: row for row in lesson.rows}


@needs_two_cores
def test_race_is_lost_with_a_call_in_between_and_in_c_that_releases():
    lesson = first_that_shows(lambda: race_in_python(400_000))

    rows = rows_of(lesson)
    assert rows["C, one mutex"].lost == rows["C, atomic"].lost == 0
    assert f"{rows['Python, a call between'].lost:,} are lost" in lesson.sentence


@pytest.mark.with_gil
def test_race_as_published_loses_nothing_with_a_gil():
    for _ in range(5):
        rows = rows_of(race_in_python(100_000))
        assert rows["Python, as published"].lost == rows["C, plain, GIL held"].lost == 0


@needs_two_cores
@pytest.mark.without_gil
def test_race_as_published_loses_updates_without_a_gil():
    assert any(rows_of(race_in_python(100_000))["Python, as published"].lost > 0 for _ in range(20))


def test_lock_loses_nothing_and_no_lock_does():
    lesson = first_that_shows(lambda: lock_the_additions(400_000))

    assert [row.lost == 0 for row in lesson.rows] == [False, True, True]


def test_plus_and_minus_meet_at_zero_only_when_guarded():
    lesson = first_that_shows(lambda: meet_at_zero(400_000))

    rows = rows_of(lesson)
    assert rows["C, atomic, GIL released"].left == 0
    if is_gil_enabled():
        assert rows["Python, as published"].left == rows["C, plain, GIL held"].left == 0


@needs_two_cores
@pytest.mark.with_gil
def test_threads_gain_in_c_that_releases_and_not_in_c_that_holds():
    lesson = first_that_shows(lambda: work_in_two_threads(100_000), can_be_shown=bare_threads_gain)

    rows = rows_of(lesson)
    assert rows["C, GIL held, two threads"].speedup < rows["C, GIL released, two threads"].speedup


def test_threads_save_the_time_of_sleeping():
    lesson = first_that_shows(lambda: wait_in_two_threads(50_000, 0.05))

    sequence, threads = lesson.rows
    assert threads.wall_seconds < sequence.wall_seconds
    if is_gil_enabled():
        assert threads.held_fraction > sequence.held_fraction - sequence.held_error


@needs_two_cores
def test_processes_run_in_parallel_and_take_longer_to_start():
    lesson = first_that_shows(lambda: hire_each_kind(2, 0.05), can_be_shown=bare_threads_gain)

    rows = rows_of(lesson)
    assert rows["C, held, processes"].memory_bytes != 0
    has_interpreters = "C, held, sub-interpreters" in rows
    assert has_interpreters != ("Sub-interpreters: needs" in lesson.sentence)


def test_sum_is_the_same_however_it_is_split():
    lesson = split_a_sum(1_000_000)

    check_form_of(lesson)
    assert lesson.shown
    assert {row.result for row in lesson.rows} == {499999500000}


@pytest.mark.with_gil
def test_wait_for_python_code_grows_with_the_switch_interval():
    lesson = first_that_shows(lambda: wait_for_python((0.001, 0.03), 0.4))

    assert [row.interval_seconds for row in lesson.rows] == [0.001, 0.03]
    assert info().switch_interval_seconds == lesson.environment.switch_interval_seconds


@pytest.mark.without_gil
def test_nobody_waits_for_a_gil_that_is_not_there():
    lesson = wait_for_python((0.001, 0.03), 0.2)

    check_form_of(lesson)
    assert not lesson.shown


@needs_two_cores
@pytest.mark.with_gil
def test_answers_come_seldom_beside_python_and_often_beside_c_that_releases():
    first_that_shows(lambda: ask_beside(0.3))


@pytest.mark.with_gil
def test_standard_calls_do_what_their_sources_say():
    lesson = first_that_shows(check_standard_calls, most=5)

    assert {row.verdict for row in lesson.rows} == {"releases", "holds", "shares"}


def test_generations_are_collected_unless_the_threshold_is_0():
    check_form_of(watch_generations(50_000))
    assert watch_generations(400_000).shown
    usual = gc.get_threshold()
    gc.set_threshold(0)
    try:
        assert not watch_generations(400_000).shown
    finally:
        gc.set_threshold(*usual)


def test_this_interpreter_is_asked_first():
    lesson = ask_interpreters()

    check_form_of(lesson)
    here = lesson.rows[0]
    assert here.interpreter == f"CPython {info().python_version}"
    assert here.says in (("-", "a GIL") if is_gil_enabled() else ("no GIL",))


def test_interpreter_that_is_not_there_is_an_error():
    with pytest.raises(FileNotFoundError):
        ask_interpreters(["/no/such/python"])


@pytest.mark.with_gil
def test_bindings_do_what_they_say_and_a_liar_is_named():
    lesson = first_that_shows(lambda: tabulate_bindings(seconds=0.2), most=5)
    assert len(lesson.rows) == len(packaged_candidates())

    liar = Candidate("a liar", loop("spin").held, True, "it says so")
    lesson = tabulate_bindings([liar], seconds=0.2)
    assert "a liar 'holds'" in lesson.sentence
    assert not lesson.shown


def test_binding_of_another_loop_is_refused():
    with pytest.raises(ValueError, match="'candidates': wrong is another loop"):
        tabulate_bindings([Candidate("wrong", lambda *_: 0, True, "")])


@needs_two_cores
@pytest.mark.with_gil
def test_releasing_gains_for_much_work_and_costs_for_little():
    lesson = first_that_shows(
        lambda: find_break_even((0, 262_144), 0.01), can_be_shown=bare_threads_gain
    )

    little, much = lesson.rows
    assert little.cost_fraction > much.cost_fraction
    assert "in two threads it gains from" in lesson.sentence


@pytest.mark.with_gil
def test_recording_names_the_line_that_delays_a_server():
    lesson = first_that_shows(lambda: serve_before_and_after(30))

    before, after = lesson.rows
    assert before.line.endswith(" count")
    assert after.longest_hold_seconds < before.longest_hold_seconds


@pytest.mark.without_gil
def test_without_a_gil_no_line_delays_a_server():
    lesson = serve_before_and_after(20)

    check_form_of(lesson)
    assert [row.stalls for row in lesson.rows] == [0, 0]


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: race_in_python(0), "additions"),
        (lambda: lock_the_additions(0), "additions"),
        (lambda: meet_at_zero(0), "steps"),
        (lambda: work_in_two_threads(0), "numbers"),
        (lambda: wait_in_two_threads(0), "numbers"),
        (lambda: wait_in_two_threads(1, -1.0), "wait"),
        (lambda: hire_each_kind(0), "workers"),
        (lambda: hire_each_kind(seconds=0), "seconds"),
        (lambda: split_a_sum(0), "numbers"),
        (lambda: split_a_sum(2**32 + 1), "numbers"),
        (lambda: wait_for_python((0.0,)), "intervals"),
        (lambda: wait_for_python(()), "intervals"),
        (lambda: ask_beside(0), "seconds"),
        (lambda: watch_generations(0), "containers"),
        (lambda: find_break_even((-1,)), "sizes"),
        (lambda: find_break_even(()), "sizes"),
        (lambda: serve_before_and_after(9), "requests"),
    ],
)
def test_bad_setting_is_named(call, named):
    with pytest.raises(ValueError, match=f"'{named}'"):
        call()


def test_what_was_published_has_a_reason_beside_it():
    assert len(CLAIMS) >= 14
    assert set(CLAIMS) <= set(EXPERIMENTS)
    assert all(one.published and one.why.endswith(".") for one in CLAIMS.values())
