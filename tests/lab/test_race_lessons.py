"""The lessons on races in Python: what is lost, when nothing is, and what takes it back."""

import os
import sys

import pytest

from gilext import info
from gilext.core.environment import is_gil_enabled
from gilext.lab.lesson import until_shown
from gilext.lab.lock import lock_the_additions
from gilext.lab.old_python import race_in_old_python
from gilext.lab.overwrites import watch_overwrites
from gilext.lab.plus_and_minus import MetAt, meet_at_zero
from gilext.lab.race import (
    add_as_published,
    add_with_len,
    count_in_python,
    race_around,
    race_in_python,
)

needs_two_cores = pytest.mark.skipif(info().usable_cores < 2, reason="threads need two cores")


@pytest.fixture(autouse=True)
def no_old_python(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")


def shown(run, never_lost=()):
    """Return the first lesson that shows its effect: chance decides how soon, never whether.

    Chance doesn't decide what is guarded: those rows are right in every run.
    """

    def checked():
        lesson = run()
        rows = rows_of(lesson)
        assert {way: what_is_wrong(rows[way]) for way in never_lost} == dict.fromkeys(never_lost, 0)
        return lesson

    lesson = until_shown(checked, seconds=60)
    assert lesson.shown, str(lesson)
    assert lesson.sentence in lesson.report().body
    return lesson


def what_is_wrong(row):
    return row.left if isinstance(row, MetAt) else row.lost


def rows_of(lesson):
    return {getattr(row, "way", None): row for row in lesson.rows}


@needs_two_cores
def test_race_is_lost_with_a_call_in_the_statement_between_and_in_c_that_releases():
    lesson = shown(lambda: race_in_python(300_000), ["C, one mutex", "C, atomic"])

    rows = rows_of(lesson)
    assert rows["Python, total += one()"].lost > 0
    assert rows["C, plain, GIL released"].lost > 0
    assert f"{rows['Python, a call between'].lost:,} with a call between" in lesson.sentence


@pytest.mark.with_gil
@pytest.mark.parametrize("add", [add_as_published, add_with_len])
def test_race_as_published_and_with_len_loses_nothing_with_a_gil(add):
    assert [count_in_python("", 100_000, add).lost for _ in range(3)] == [0] * 3


@needs_two_cores
@pytest.mark.without_gil
def test_race_as_published_loses_updates_without_a_gil():
    assert count_in_python("", 100_000, add_as_published, patience_seconds=60).lost > 0


@pytest.mark.with_gil
@pytest.mark.parametrize("expression", ["None", "len([])", "isinstance(total, int)"])
def test_no_thread_comes_in_at_what_checks_nothing(expression):
    assert race_around(expression, 100_000, patience_seconds=0).lost == 0


@pytest.mark.parametrize("expression", ["abs(-1)", "max(1, 2)", "str(box)"])
def test_a_thread_comes_in_at_other_calls(expression):
    assert race_around(expression, 300_000, patience_seconds=60).lost > 0


def test_expression_that_is_none_is_a_syntax_error():
    with pytest.raises(SyntaxError):
        race_around("for")


@pytest.mark.with_gil
def test_what_is_overwritten_is_what_is_lost():
    lesson = shown(lambda: watch_overwrites(500_000, (0.005, 0.001)))

    for row in lesson.rows:
        if row.overwrites:
            assert row.overwrites * row.each >= row.lost - 1
    assert [row.interval_seconds for row in lesson.rows] == [0.005, 0.001]
    assert info().switch_interval_seconds == lesson.environment.switch_interval_seconds


def test_an_overwrite_takes_back_more_than_one_addition():
    lesson = shown(lambda: watch_overwrites(500_000, (0.005,)))

    assert lesson.rows[0].lost > lesson.rows[0].overwrites


def test_lock_loses_nothing_and_no_lock_does():
    guarded = ["Lock for each addition", "Lock for the whole loop", "a total for each thread"]

    lesson = shown(lambda: lock_the_additions(300_000), guarded)

    assert rows_of(lesson)["no lock"].lost > 0


def test_plus_and_minus_meet_at_zero_only_when_guarded():
    guarded = ["C, atomic, GIL released", "Python, a Lock around the loop"]
    if is_gil_enabled():
        guarded += ["Python, as published", "C, plain, GIL held"]

    lesson = shown(lambda: meet_at_zero(300_000), guarded)

    assert rows_of(lesson)["Python, a call between"].left != 0


def test_published_size_is_that_of_the_published_way_alone():
    rows = rows_of(meet_at_zero(1_000, steps_as_published=2_000))

    assert rows["Python, as published"].steps == 2_000
    assert rows["Python, a call between"].steps == 1_000


@pytest.fixture
def put_in_path(monkeypatch, tmp_path):
    def put(name, script):
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))

    return put


@pytest.mark.skipif(os.name == "nt", reason="needs a shell")
def test_old_python_in_the_path_runs_the_published_race(put_in_path):
    put_in_path("python3.9", f'exec "{sys.executable}" "$@"')

    row = race_in_old_python(1_000)

    assert row.way == f"CPython {info().python_version}, total += 1"
    assert row.additions == 2_000
    assert row.alone_seconds is None


@pytest.mark.skipif(os.name == "nt", reason="needs a shell")
def test_old_python_that_does_not_run_is_passed_over(put_in_path):
    put_in_path("python3.9", "exit 127")

    assert race_in_old_python(1_000) is None


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: race_in_python(0), "additions"),
        (lambda: race_around("None", 0), "additions"),
        (lambda: watch_overwrites(0), "additions"),
        (lambda: watch_overwrites(1, ()), "intervals"),
        (lambda: watch_overwrites(1, (0.0,)), "intervals"),
        (lambda: lock_the_additions(0), "additions"),
        (lambda: meet_at_zero(0), "steps"),
        (lambda: meet_at_zero(1, 0), "steps_as_published"),
    ],
)
def test_bad_setting_is_named(call, named):
    with pytest.raises(ValueError, match=f"'{named}'"):
        call()
