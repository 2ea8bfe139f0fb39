"""The commands of ``gilext learn`` without a terminal: texts, JSON and exit codes."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from gilext.cli import learn
from gilext.course.building import NoCompiler
from gilext.course.learning.folder import make_folder
from gilext.course.learning.grade import Grade
from gilext.course.learning.progress import FILE, read_progress


def quick_grade(exercise, folder):
    """Grade without a process: what has the answer is solved."""
    if "42" in (folder / "exercise.py").read_text():
        return Grade(exercise.name, "passed")
    return Grade(exercise.name, "not yet", "Another was expected.\n\nThat is the answer.")


@pytest.fixture
def own(tmp_path, course, monkeypatch):
    """Return a learner's folder with the made-up exercises; the first is solved in it."""
    monkeypatch.setattr(learn, "grade", quick_grade)
    folder = tmp_path / "own"
    make_folder(folder)
    (folder / "01_first" / "exercise.py").write_text("answer = lambda: 42\n")
    return folder


def run(*arguments, exit_code=0, **options):
    result = CliRunner().invoke(learn.command, list(map(str, arguments)), **options)
    assert result.exit_code == exit_code, result.output
    return result.output


def in_folder(folder, name, *arguments, **options):
    return run(name, *arguments, "-C", folder, **options)


def test_init_says_what_to_do_next(tmp_path, course):
    output = run("init", tmp_path / "new")

    assert output.startswith(f"3 exercises are in {tmp_path / 'new'}. Next:")
    assert f"cd {tmp_path / 'new'}\n    gilext learn\n" in output


def test_init_writes_over_nothing(own):
    output = run("init", own, exit_code=1)

    assert "exists and isn't an empty folder" in output


def test_missing_compiler_is_named_before_anything_is_written(tmp_path, monkeypatch):
    def fail():
        raise NoCompiler("there is no C compiler here; on Debian: apt-get install gcc")

    monkeypatch.setattr(learn, "compiler", fail)

    assert "apt-get install gcc" in run("init", tmp_path / "new", exit_code=1)
    assert not (tmp_path / "new").exists()


def test_check_tells_and_notes_what_is_solved(own):
    output = in_folder(own, "check", "1")

    assert output == "01 Title of 01_first\nPassed\nIt is 42.\n\n"
    assert list(read_progress(own).solved) == ["01_first"]
    assert (own / "solutions" / "01_first").is_dir()


def test_check_exits_with_1_if_one_is_not_solved(own):
    output = in_folder(own, "check", "--all", exit_code=1)

    assert output.count("Passed") == 1
    assert output.count("Not yet\nAnother was expected.") == 2


def test_check_without_a_name_grades_the_current_one(own):
    in_folder(own, "check", "first")

    assert "02 Title of 02_second" in in_folder(own, "check", exit_code=1)


def test_json_has_each_grade_and_leaves_the_progress_alone(own):
    (own / FILE).write_text("damaged")

    found = json.loads(in_folder(own, "check", "1", "2", "--json", exit_code=1))

    assert found == {
        "passed": False,
        "exercises": [
            {
                "exercise": "01_first",
                "verdict": "passed",
                "message": "",
                "output": "",
                "passed": True,
            },
            {
                "exercise": "02_second",
                "verdict": "not yet",
                "message": "Another was expected.\n\nThat is the answer.",
                "output": "",
                "passed": False,
            },
        ],
    }
    assert (own / FILE).read_text() == "damaged"


def test_wrong_use_is_refused(own):
    assert "not both" in in_folder(own, "check", "1", "--all", exit_code=2)
    assert "name exercises for --json" in in_folder(own, "check", "--json", exit_code=2)
    assert "no exercise '9'" in in_folder(own, "check", "9", exit_code=1)
    assert "options go after 'list'" in run("--fast", "list", exit_code=2)


@pytest.mark.parametrize(
    "arguments", [["check"], ["list"], ["hint", "1"], ["reset", "1"], ["solution", "1"]]
)
def test_damaged_progress_stops_each_command(own, arguments):
    (own / FILE).write_text("{")

    assert "is damaged" in in_folder(own, *arguments, exit_code=1)


@pytest.mark.parametrize(
    "arguments", [["check", "1"], ["list"], ["hint", "1"], ["reset", "1"], ["solution", "1"], []]
)
def test_folder_without_exercises_is_named(tmp_path, arguments):
    output = run(*arguments, "-C", tmp_path, exit_code=1)

    assert "there are no exercises in" in output


def test_hints_come_one_after_the_other(own):
    first = in_folder(own, "hint", "1")
    second = in_folder(own, "hint", "1")

    assert first == "Hint 1 of 2: one\n`gilext learn hint 01` again tells more.\n"
    assert second == in_folder(own, "hint", "1") == "Hint 1 of 2: one\nHint 2 of 2: two\n"
    assert read_progress(own).hints == {"01_first": 2}


def test_list_says_what_is_solved_as_text_and_as_json(own):
    progress = read_progress(own)
    progress.note_solved(learn.exercise_named("1"))
    learn.write_progress(own, progress)

    assert "01  solved    Title of 01_first   fast track\n" in in_folder(own, "list")
    rows = json.loads(in_folder(own, "list", "--json"))
    assert [row["exercise"] for row in rows if row["solved"]] == ["01_first"]
    assert set(rows[0]) == {
        "exercise", "title", "group", "fast_track", "solved", "given_up", "hints",
    }  # fmt: skip


def test_reset_asks_and_keeps_the_files(own):
    in_folder(own, "reset", "1", input="n\n", exit_code=1)
    assert "42" in (own / "01_first" / "exercise.py").read_text()

    assert "kept in 01_first/backup-1" in in_folder(own, "reset", "1", input="y\n")
    assert "41" in (own / "01_first" / "exercise.py").read_text()


def test_solution_is_shown_after_success_or_when_given_up(own):
    assert "isn't solved yet" in in_folder(own, "solution", "2", exit_code=1)
    assert not (own / "solutions").exists()

    output = in_folder(own, "solution", "2", "--give-up")

    assert "-answer = lambda: 41\n+answer = lambda: 42\n" in output
    assert read_progress(own).given_up == ["02_second"]
    assert "given up" in in_folder(own, "list")


def test_learn_without_a_terminal_grades_once(own):
    assert "Passed" in run("-C", own)
    assert "02 Title of 02_second\nNot yet" in run("-C", own, exit_code=1)
    assert "03 Title of 03_third" in run("-C", own, "--fast", exit_code=1)
    assert "Passed" in run("-C", own, "--from", "1")


def test_learn_without_a_terminal_says_so_if_all_is_solved(own):
    progress = read_progress(own)
    for exercise in progress.track:
        progress.note_solved(exercise)
    learn.write_progress(own, progress)

    assert run("-C", own) == "All exercises are solved.\n"


@pytest.mark.slow
def test_exercises_come_with_the_package(tmp_path):
    command = [sys.executable, "-P", "-m", "gilext", "learn", "init", "new"]

    subprocess.run(command, cwd=tmp_path, check=True, timeout=60, stdout=subprocess.DEVNULL)

    assert (tmp_path / "new" / "01_release" / "exercise.c").exists()
