"""A learner at work, without a terminal: keys and saves in, the screen out."""

import os

import pytest

from gilext.course.learning.folder import make_folder
from gilext.course.learning.grade import Grade
from gilext.course.learning.progress import read_progress
from gilext.course.learning.session import Session


class Learner:
    """A session in a new folder, whose files are written and graded by hand."""

    def __init__(self, folder):
        make_folder(folder)
        progress = read_progress(folder)
        self.folder = folder
        self.session = Session(folder, progress, progress.begin_with())

    def press(self, *keys):
        for key in keys:
            self.session.press(key)
        return self.text()

    def text(self, width=80, height=24):
        lines = self.session.screen(width, height)
        return "\n".join(line.text for line in lines)

    def save(self, content="answer = lambda: 42\n", name=None):
        path = self.folder / (name or self.session.current.name) / "exercise.py"
        new = path.with_suffix(".new")
        new.write_text(content)
        os.replace(new, path)

    def grade(self, verdict="passed", message=""):
        exercise = self.session.begin_grade()
        self.session.take_grade(Grade(exercise.name, verdict, message))
        return self.text()

    def notices_a_save(self, looks=5):
        for _ in range(looks):
            self.session.notice_saves()
        return self.session.wants_grade

    @property
    def progress(self):
        return read_progress(self.folder)


@pytest.fixture
def learner(tmp_path, course):
    return Learner(tmp_path / "learner")


def test_first_exercise_is_graded_at_once(learner):
    assert learner.session.wants_grade
    assert "Building and grading" in learner.text()


def test_verdict_stands_under_the_task_with_what_it_means(learner):
    text = learner.grade("not yet", "Seen.\n\nMeant.")

    assert text.splitlines()[0].split() == [
        "01",
        "Title",
        "of",
        "01_first",
        "0",
        "of",
        "3",
        "solved",
    ]
    assert "Answer.\nEdit 01_first/exercise.py." in text
    assert "Not yet\nSeen.\n\nMeant.\n\nRead: “The answer” in the course" in text


def test_save_is_graded_and_another_look_is_not(learner):
    learner.grade("not yet")
    assert not learner.notices_a_save()

    learner.save()

    assert learner.notices_a_save()
    learner.grade("not yet")
    assert not learner.notices_a_save()


def test_save_while_grading_is_graded_again(learner):
    learner.session.begin_grade()
    learner.save()
    learner.session.take_grade(Grade("01_first", "not yet"))

    assert learner.notices_a_save()


def test_success_shows_what_to_know_and_ours_and_goes_on(learner):
    learner.save("def answer():\n    return 42\n")

    text = learner.grade()

    assert "Passed\nIt is 42." in text
    assert "-def answer():" in text
    assert "+answer = lambda: 42" in text
    assert "Next: 02 Title of 02_second" in text
    assert learner.session.current.name == "02_second"
    assert (learner.folder / "solutions" / "01_first" / "exercise.py").exists()
    assert list(learner.progress.solved) == ["01_first"]
    assert learner.progress.current == "02_second"


def test_after_a_success_saving_the_next_exercise_is_enough(learner):
    learner.grade()
    learner.save(name="02_second")

    assert learner.notices_a_save()
    assert "02 Title of 02_second" in learner.grade("not yet")


def test_after_a_success_saving_the_same_exercise_goes_back_to_it(learner):
    learner.grade()
    learner.save("answer = lambda: 0\n", name="01_first")

    assert learner.notices_a_save()
    assert "01 Title of 01_first" in learner.grade("not yet")


@pytest.mark.parametrize("content", ["answer = lambda: 42\n", "\n\tanswer  =  lambda: 42\n\n"])
def test_same_solution_is_told_so_however_it_is_laid_out(learner, content):
    learner.save(content)

    assert "Your solution is the same as ours" in learner.grade()


def test_warnings_of_the_compiler_are_shown_after_a_success_too(learner):
    exercise = learner.session.begin_grade()
    learner.session.take_grade(Grade(exercise.name, "passed", "", "exercise.c:1:1: warning: hm"))

    assert "Passed\nexercise.c:1:1: warning: hm\nIt is 42." in learner.text()


def test_hints_come_in_levels_and_then_from_the_first(learner):
    learner.grade("not yet")

    assert "Hint 1 of 2: one" in learner.press("h")
    assert "Hint 2 of 2: two" in learner.press("h")
    assert "Hint 1 of 2: one" in learner.press("h")
    assert learner.progress.hints == {"01_first": 2}


def test_hint_stays_when_the_exercise_is_graded_again(learner):
    learner.grade("not yet")
    learner.press("h", "x")

    assert learner.session.wants_grade
    assert "Hint 1 of 2" in learner.grade("not yet")


def test_skipped_exercise_comes_again_at_the_end(learner):
    learner.press("s")
    assert learner.session.current.name == "02_second"
    learner.grade()
    learner.press("n")
    learner.grade()
    learner.press("n")

    assert learner.session.current.name == "01_first"
    assert "the only one that is left" in learner.press("s")


def test_next_does_not_skip(learner):
    learner.grade("not yet")

    assert "Press s to skip it" in learner.press("n")
    assert learner.session.current.name == "01_first"


def test_back_goes_to_the_exercise_before_also_after_a_success(learner):
    assert "This is the first one" in learner.press("p")
    learner.grade()
    learner.press("n")
    learner.grade()
    learner.press("p")

    assert learner.session.current.name == "01_first"


def test_reset_asks_first(learner):
    learner.save("mine")
    assert "[y] yes" in learner.press("r")
    learner.press("n")

    assert (learner.folder / "01_first" / "exercise.py").read_text() == "mine"


def test_reset_brings_it_back_and_says_where_yours_is_kept(learner):
    learner.save("mine")

    assert "kept in 01_first/backup-1" in learner.press("r", "y")
    assert "41" in (learner.folder / "01_first" / "exercise.py").read_text()
    assert (learner.folder / "01_first" / "backup-1" / "exercise.py").read_text() == "mine"


def test_list_shows_what_is_solved_and_goes_anywhere(learner):
    learner.grade()
    text = learner.press("l")

    assert "  01  solved    Title of 01_first   fast track" in text
    assert "> 02  open      Title of 02_second" in text
    learner.press("down", "down", "down", "enter")
    assert learner.session.current.name == "03_third"


def test_list_is_left_as_it_was_entered(learner):
    passed = learner.grade()

    assert learner.press("l", "escape") == passed
    assert learner.press("l", "l") == passed


def test_list_keeps_the_selected_one_in_a_low_window(learner):
    learner.press("l", "down", "down")

    text = learner.text(height=6)
    assert len(text.splitlines()) <= 6
    assert "> 03" in text


def test_the_end_is_told(learner):
    for _ in range(3):
        learner.grade()
        learner.press("n")

    assert learner.session.current is None
    assert not learner.session.wants_grade
    assert "All exercises are solved." in learner.text()
    assert not learner.notices_a_save()
    assert "3 of 3 solved" in learner.press("l")


def test_a_session_after_the_end_says_so(learner):
    for _ in range(3):
        learner.grade()
        learner.press("n")
    again = Session(learner.folder, learner.progress, learner.progress.begin_with())

    assert "All exercises are solved." in "\n".join(line.text for line in again.screen(80, 24))
    again.press("q")
    assert again.is_over


def test_end_of_the_fast_track_names_what_is_left(learner):
    learner.session.progress.fast = True
    learner.grade()
    learner.press("n")

    assert "gilext learn --whole" in learner.grade()


def test_unknown_keys_do_nothing(learner):
    before = learner.grade("not yet")

    assert learner.press("z", "up", "escape", "1", "y") == before


def test_what_the_compiler_said_is_cut_to_the_window(learner):
    exercise = learner.session.begin_grade()
    output = "\n".join(f"exercise.c:{line}:1: error: what is this?" for line in range(100))
    learner.session.take_grade(Grade(exercise.name, "not built", "Look.", output))

    lines = learner.text().splitlines()
    assert len(lines) <= 24
    assert any(line.startswith("exercise.c:0:") for line in lines)
    assert any(line.startswith("... ") and line.endswith(" more lines") for line in lines)
    assert lines[-1].startswith("[h] hint")


def test_codes_that_steer_a_terminal_are_written_out(learner):
    exercise = learner.session.begin_grade()
    learner.session.take_grade(Grade(exercise.name, "not yet", "\x1b[2Jgone", "\x1b[31mred"))

    assert "\x1b" not in learner.text()
