"""The frame of the lessons: they repeat themselves, and say when the effect isn't there."""

from dataclasses import dataclass, replace
from itertools import count

import pytest

from gilext import info
from gilext.comparison.timing import RunTiming
from gilext.lab.lesson import Lesson, until_shown


@dataclass(frozen=True)
class Row:
    way: str
    lost: int


def lesson(shown, **fields):
    return Lesson("two threads", (Row("plain", 1),), "One is lost.", shown, info(), **fields)


def shown_at(number):
    """Return an experiment that shows its effect at its run of that number."""
    runs = count(1)
    return lambda: lesson(next(runs) == number)


def test_lesson_is_repeated_until_it_shows_its_effect():
    tries = []

    found = until_shown(shown_at(3), progress=tries.append)

    assert (found.shown, found.attempts, tries) == (True, 3, [1, 2, 3])
    assert found.report().notes == ()


def test_lesson_that_shows_its_effect_runs_once():
    assert until_shown(shown_at(1)).attempts == 1


def test_lesson_without_an_effect_on_this_interpreter_runs_once_and_has_no_warning():
    found = until_shown(lambda: lesson(None))

    assert (found.shown, found.attempts) == (None, 1)
    assert found.report().notes == ()


def test_lesson_that_never_shows_its_effect_says_so():
    found = until_shown(lambda: lesson(False), seconds=0)

    assert (found.shown, found.attempts) == (False, 1)
    assert "This run didn't show the effect, in 1 try." in found.report().notes[-1]
    assert "in 3 tries." in replace(found, attempts=3).report().notes[-1]


def test_load_is_named_only_if_it_may_be_the_reason():
    cores = replace(info(), usable_cores=2.0)
    unshown = replace(lesson(False), environment=cores)

    assert "load average was 12, with 2 cores usable, which may be why." in str(
        replace(unshown, load_average=12.0)
    ).replace("\n", " ")
    assert "load average" not in str(replace(unshown, load_average=1.0))
    assert "load average" not in str(unshown)
    assert "load average" not in str(
        replace(unshown, load_average=12.0, environment=replace(cores, usable_cores=None))
    )


def test_result_of_another_kind_is_returned_as_it_is():
    environment = info()

    assert until_shown(lambda: environment) is environment


@pytest.mark.parametrize(("wall", "cpu", "parallelism"), [(2.0, 3.0, 1.5), (0.0, 0.0, 0.0)])
def test_parallelism_is_cpu_time_per_wall_time(wall, cpu, parallelism):
    assert RunTiming(wall, cpu, ()).parallelism == parallelism
