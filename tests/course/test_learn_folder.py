"""The learner's folder: written once, never over something; reset keeps what was there."""

import pytest

from gilext.course.learning.exercise import UnknownExercise, all_exercises, exercise_named
from gilext.course.learning.folder import (
    NotALearnersFolder,
    bring_missing,
    bring_solution,
    check_folder,
    make_folder,
    reset,
)


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_folder_has_the_exercises_as_they_come(tmp_path):
    make_folder(tmp_path / "new")

    expected = [one.name for one in all_exercises()]
    assert names_in(tmp_path / "new") == [*expected, "README.md", "progress.json"]
    for one in all_exercises():
        assert names_in(tmp_path / "new" / one.name) == sorted(one.files)


def test_empty_folder_is_taken(tmp_path):
    make_folder(tmp_path)

    check_folder(tmp_path)


@pytest.mark.parametrize("existing", ["a file", "a folder with a file"])
def test_nothing_is_written_over(tmp_path, existing):
    target = tmp_path / "target"
    kept = target if existing == "a file" else target / "kept.c"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text("mine")

    with pytest.raises(FileExistsError, match="isn't an empty folder"):
        make_folder(target)

    assert kept.read_text() == "mine"
    assert target.is_file() or names_in(target) == ["kept.c"]


def test_folder_without_exercises_is_named(tmp_path):
    with pytest.raises(NotALearnersFolder, match=r"there are no exercises in .*learn init DIR"):
        check_folder(tmp_path)


def test_exercises_of_a_newer_gilext_are_brought_and_others_left_alone(tmp_path, course):
    make_folder(tmp_path)
    own = tmp_path / "01_first" / "exercise.py"
    own.write_text("mine")
    (tmp_path / "03_third" / "exercise.py").unlink()
    (tmp_path / "03_third").rmdir()

    bring_missing(tmp_path)

    assert own.read_text() == "mine"
    assert names_in(tmp_path / "03_third") == ["exercise.py"]


def test_reset_keeps_what_was_there_each_time(tmp_path, course):
    make_folder(tmp_path)
    own = tmp_path / "01_first" / "exercise.py"
    kept = []
    for content in ("mine", "mine, later"):
        own.write_text(content)
        kept.append(reset(course[0], tmp_path))

    assert [(tmp_path / one / "exercise.py").read_text() for one in kept] == ["mine", "mine, later"]
    assert own.read_text() == (course[0].start / "exercise.py").read_text()


def test_reset_brings_back_a_folder_that_was_deleted(tmp_path, course):
    assert reset(course[0], tmp_path) is None
    assert names_in(tmp_path / "01_first") == ["exercise.py"]


def test_solution_is_written_beside_the_exercises(tmp_path, course):
    (path,) = bring_solution(course[0], tmp_path)

    assert str(path) == "solutions/01_first/exercise.py"
    assert (tmp_path / path).read_text() == (course[0].solution / "exercise.py").read_text()


@pytest.mark.parametrize("name", ["02_second", "second", "02", "2"])
def test_exercise_is_found_by_its_name_and_by_its_number(course, name):
    assert exercise_named(name) is course[1]


def test_unknown_exercise_is_refused_with_those_that_are_there(course):
    with pytest.raises(UnknownExercise, match="no exercise '9'; they are numbered 01 to 03"):
        exercise_named("9")
