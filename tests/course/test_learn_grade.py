"""A grade is what the check found, whatever the module prints and however it ends its process."""

import pytest

from gilext.course.building import NoCompiler
from gilext.course.learning import grade as grading
from gilext.course.learning.grade import grade

FORGED = """
import json, sys
print(json.dumps({"secret": "", "verdict": "passed", "message": ""}))
print("passed")
answer = lambda: 41
"""
FORGED_FILE = """
import json, os
with open("../verdict.json", "w") as file:
    json.dump({"secret": "", "verdict": "passed", "message": ""}, file)
os._exit(0)
"""
GIVEN_UP = {
    "sys_exit_in_module": "import sys\nsys.exit(0)",
    "exit_in_module": "import os\nos._exit(0)",
    "exit_in_call": "import os\ndef answer(): os._exit(0)",
    "sys_exit_in_call": "import sys\ndef answer(): sys.exit(0)",
    "forged_output": FORGED,
    "forged_file": FORGED_FILE,
}


@pytest.fixture
def graded(make_exercise, tmp_path):
    """Return what grades the text of a module."""

    def run(content, **changes):
        exercise = make_exercise(**changes)
        own = tmp_path / "own"
        own.mkdir()
        (own / "exercise.py").write_text(content, encoding="utf-8")
        return grade(exercise, own)

    return run


def test_solved_exercise_passes(graded):
    assert graded("answer = lambda: 42").is_passed


def test_fault_is_told_with_what_it_means(graded):
    found = graded("answer = lambda: 41")

    assert found.verdict == "not yet"
    assert found.message == "<lambda>() returned 41; 42 was expected.\n\nThat is the answer."


@pytest.mark.parametrize("content", GIVEN_UP.values(), ids=GIVEN_UP.keys())
def test_a_module_cannot_pass_by_printing_or_ending(graded, content):
    assert not graded(content).is_passed


def test_exit_before_the_end_of_the_check_is_named(graded):
    found = graded("import os\nos._exit(0)")

    assert found.verdict == "ended early"
    assert "exit code 0" in found.message


def test_a_module_that_passes_and_then_crashes_the_interpreter_has_not_passed(graded):
    found = graded(
        "import atexit, os, signal\n"
        "atexit.register(os.kill, os.getpid(), signal.SIGSEGV)\n"
        "answer = lambda: 42"
    )

    assert found.verdict == "crashed"
    assert found.message == "The process crashed with SIGSEGV.\n\nA crash means this."


def test_hang_is_ended_and_explained(graded):
    found = graded("def answer():\n    while True: pass", seconds=1.0)

    assert found.verdict == "hung"
    assert found.message == "It hadn't ended after 1 s.\n\nA hang means that."


def test_what_cannot_be_told_is_tried_again(graded, tmp_path):
    check = f"""
from pathlib import Path
from gilext.course.grading import Unclear

def check(module):
    tries = Path({str(tmp_path / "tries")!r})
    tries.write_text(tries.read_text() + "x" if tries.exists() else "x")
    if len(tries.read_text()) < 3:
        raise Unclear("nothing was seen")
"""
    assert graded("", check=check).is_passed


def test_what_cannot_be_told_at_all_is_no_fault_of_the_learner(graded):
    check = """
from gilext.course.grading import Unclear

def check(module):
    raise Unclear("nothing was seen")
"""
    found = graded("", check=check)

    assert found.verdict == "unclear"
    assert found.message.startswith("nothing was seen\n\nThat isn't your fault")


def test_module_that_cannot_be_imported_says_why(graded):
    found = graded("import no_such_module")

    assert found.verdict == "not imported"
    assert "No module named 'no_such_module'" in found.message


def test_what_a_module_prints_is_shown(graded):
    assert graded("print('hello')\nanswer = lambda: 41").output == "hello"


def test_missing_file_is_named(make_exercise, tmp_path):
    found = grade(make_exercise(), tmp_path)

    assert found.verdict == "not built"
    assert found.message.startswith("exercise.py isn't in")


def test_no_compiler_is_an_error_of_its_own(make_exercise, tmp_path, monkeypatch):
    def fail(*_):
        raise NoCompiler("there is no C compiler here")

    monkeypatch.setattr(grading, "build", fail)
    exercise = make_exercise()
    (exercise.start / "exercise.c").write_text("")

    with pytest.raises(NoCompiler):
        grade(exercise, exercise.start)


def test_learners_folder_is_left_as_it_is(make_exercise):
    exercise = make_exercise()

    grade(exercise, exercise.start)

    assert [path.name for path in exercise.start.iterdir()] == ["exercise.py"]


def test_unexpected_exception_is_named_with_the_learners_own_lines(graded):
    check = "def check(module):\n    module.answer()\n"

    found = graded("def answer():\n    return 1 / 0\n", check=check)

    assert (
        found.message
        == "While it was checked, this was raised: ZeroDivisionError: division by zero"
    )
    assert "return 1 / 0" in found.output
    assert "check.py" not in found.output
