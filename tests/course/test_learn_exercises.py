"""Each exercise fails as it comes, passes solved, and fails on what learners are likely to try."""

import re
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from gilext.course.learning import screens
from gilext.course.learning.exercise import Exercise, all_exercises
from gilext.course.learning.grade import grade
from gilext.course.learning.progress import Progress


def each(folders):
    """Return test cases, one for each folder; all but two of the first exercise are slow."""
    return [
        pytest.param(
            exercise,
            folder,
            id=str(folder.relative_to(exercise.folder.parent)),
            marks=marks_of(exercise, folder),
        )
        for exercise in all_exercises()
        for folder in folders(exercise)
    ]


def marks_of(exercise, folder):
    """Return the marks of a case; ``since.txt`` says which Python can tell what is wrong."""
    marks = [pytest.mark.slow] if exercise.number != "01" or "wrong" in folder.parts else []
    if (folder / "since.txt").exists():
        since = (folder / "since.txt").read_text(encoding="utf-8").strip()
        is_older = sys.version_info < tuple(map(int, since.split(".")))
        marks.append(pytest.mark.skipif(is_older, reason=f"only seen since Python {since}"))
    return marks


def expected(folder):
    return (folder / "expects.txt").read_text(encoding="utf-8").strip()


@pytest.mark.compiles
@pytest.mark.parametrize(("exercise", "folder"), each(lambda one: [one.start]))
def test_fails_as_it_comes(exercise, folder):
    found = grade(exercise, folder)

    assert not found.is_passed
    assert re.match(expected(exercise.folder), f"{found.verdict}: {found.message}", re.DOTALL)
    for hint in range(len(exercise.hints) + 1):
        assert len(screens.working(exercise, found, hint, "", Progress(), 79, 24)) <= 24


@pytest.mark.compiles
@pytest.mark.parametrize(("exercise", "folder"), each(lambda one: [one.solution]))
def test_passes_when_solved(exercise, folder):
    found = grade(exercise, folder)

    assert found.is_passed, found


@pytest.mark.compiles
@pytest.mark.parametrize(
    ("exercise", "folder"), each(lambda one: sorted((one.folder / "wrong").iterdir()))
)
def test_wrong_solution_fails_and_is_told_why(exercise, folder):
    found = grade(exercise, folder)

    assert not found.is_passed
    assert re.match(expected(folder), f"{found.verdict}: {found.message}", re.DOTALL), found


@pytest.mark.parametrize("exercise", all_exercises(), ids=lambda one: one.name)
def test_exercise_is_whole(exercise):
    wrong = [one for one in (exercise.folder / "wrong").iterdir() if one.is_dir()]
    texts = [getattr(exercise, one.name) for one in fields(Exercise) if one.type == "str"]

    assert len(exercise.hints) >= 2
    assert exercise.read
    assert all(text == text.strip() != "" for text in (*texts, *exercise.hints, *exercise.read))
    assert wrong
    for folder in (exercise.solution, *wrong):
        assert set(exercise.files) <= {path.name for path in folder.iterdir()}


PAGES = Path(__file__).parents[2] / "docs" / "course"


@pytest.mark.skipif(not PAGES.is_dir(), reason="there are no pages here")
def test_pages_to_read_exist():
    titles = {
        path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
        for path in PAGES.rglob("*.md")
    }

    assert {title for one in all_exercises() for title in one.read} <= titles
