"""What happens while a learner is at work: keys, saves and grades in, the screen to show out."""

from __future__ import annotations

from enum import Enum, auto
from pathlib import Path

from gilext.core.layout import Line
from gilext.course.learning import screens
from gilext.course.learning.exercise import Exercise
from gilext.course.learning.folder import bring_solution, reset
from gilext.course.learning.grade import Grade
from gilext.course.learning.progress import Progress, write_progress
from gilext.course.learning.saves import Saves


class View(Enum):
    """What the screen shows."""

    EXERCISE = auto()
    PASSED = auto()
    LIST = auto()
    RESET = auto()  # the question whether to


class Session:
    """A learner at work in a folder.

    Parameters
    ----------
    folder : Path
        The learner's folder.
    progress : Progress
        How far the learner has come; it is written whenever that changes.
    first : Exercise or None
        The exercise to begin with; None if all are solved.

    Attributes
    ----------
    current : Exercise or None
        What is being solved. After a success that is the next one already.
    wants_grade : bool
        Whether the current exercise should be graded now.
    is_over : bool
        Whether the learner wants to quit.
    """

    def __init__(self, folder: Path, progress: Progress, first: Exercise | None) -> None:
        self.folder = folder
        self.progress = progress
        self.current = first
        self.wants_grade = first is not None
        self.is_over = False
        self._view = View.EXERCISE if first else View.PASSED
        self._back = self._view
        self._passed: Exercise | None = None
        self._grade: Grade | None = None
        self._hint = 0
        self._selected = 0
        self._note = ""
        self._saves: Saves | None = None
        self._saves_of_passed: Saves | None = None
        if first is not None:
            self._go_to(first)

    def notice_saves(self) -> None:
        """Ask for a grade if the current exercise was saved, or the one that has just passed."""
        if self._passed is not None and _is_saved(self._saves_of_passed):
            self._go_to(self._passed)
        elif self.current is not None and _is_saved(self._saves):
            if self._passed is None:
                self._grade_again()
            else:
                self._go_to(self.current)

    def begin_grade(self) -> Exercise:
        """Return what to grade; what is saved from now on counts as a new save."""
        assert self.current is not None
        self.wants_grade = False
        self._saves = Saves(self.current, self.folder / self.current.name)
        return self.current

    def take_grade(self, grade: Grade) -> None:
        """Show a grade; if the exercise is solved, go on to the next one."""
        self._grade = grade
        self._view = View.EXERCISE
        if not grade.is_passed or self.current is None:
            return
        self._passed, self._view = self.current, View.PASSED
        self._saves_of_passed = self._saves
        self.progress.note_solved(self.current)
        bring_solution(self.current, self.folder)
        self.current = self.progress.next_after(self.current)
        if self.current is not None:
            self.progress.current = self.current.name
            self._saves = Saves(self.current, self.folder / self.current.name)
        write_progress(self.folder, self.progress)

    def press(self, key: str) -> None:
        """Do what a key stands for; one that stands for nothing here does nothing."""
        self._note = ""
        if key in ("q", "eof"):
            self.is_over = True
        elif self._view is View.LIST:
            self._press_in_list(key)
        elif self._view is View.RESET:
            self._press_in_question(key)
        elif key == "l":
            self._show_list()
        elif key == "p":
            self._go_back()
        elif self._view is View.PASSED:
            if key in ("n", "enter") and self.current is not None:
                self._go_to(self.current)
        else:
            self._press_in_exercise(key)

    def screen(self, width: int, height: int) -> list[Line]:
        """Return the lines of the screen."""
        if self._view is View.LIST:
            return screens.listing(self.progress, self._selected, width, height)
        if self._view is View.PASSED:
            return screens.passed(
                self._passed, self._grade, self.current, self.progress, self.folder, width, height
            )
        assert self.current is not None
        grade = None if self.wants_grade else self._grade
        note = screens.RESET_QUESTION if self._view is View.RESET else self._note
        return screens.working(self.current, grade, self._hint, note, self.progress, width, height)

    def _press_in_exercise(self, key: str) -> None:
        assert self.current is not None
        if key == "h":
            self._show_hint(self.current)
        elif key in ("x", "enter"):
            self._grade_again()
        elif key == "r":
            self._view = View.RESET
        elif key == "s":
            self._skip(self.current)
        elif key == "n":
            self._note = "This one isn't solved yet. Press s to skip it."

    def _press_in_question(self, key: str) -> None:
        assert self.current is not None
        self._view = View.EXERCISE
        if key != "y":
            return
        kept = reset(self.current, self.folder)
        self.progress.solved.pop(self.current.name, None)
        self._go_to(self.current)
        self._note = "It is as it came."
        if kept is not None:
            self._note += f" Your files are kept in {kept}. Reload yours in the editor."

    def _press_in_list(self, key: str) -> None:
        shown = self.progress.track
        if key in ("up", "k"):
            self._selected = max(self._selected - 1, 0)
        elif key in ("down", "j"):
            self._selected = min(self._selected + 1, len(shown) - 1)
        elif key == "enter":
            self._go_to(shown[self._selected])
        elif key in ("l", "escape"):
            self._view = self._back

    def _show_list(self) -> None:
        names = [one.name for one in self.progress.track]
        self._back, self._view = self._view, View.LIST
        at = self.current or self._passed
        self._selected = names.index(at.name) if at is not None and at.name in names else 0

    def _show_hint(self, exercise: Exercise) -> None:
        self._hint = self._hint % len(exercise.hints) + 1
        read = self.progress.hints.get(exercise.name, 0)
        self.progress.hints[exercise.name] = max(read, self._hint)
        write_progress(self.folder, self.progress)

    def _skip(self, exercise: Exercise) -> None:
        following = self.progress.next_after(exercise)
        if following is None or following == exercise:
            self._note = "This is the only one that is left."
        else:
            self._go_to(following)

    def _go_back(self) -> None:
        at = self._passed if self._view is View.PASSED else self.current
        before = [one for one in self.progress.track if at is None or one.name < at.name]
        if before:
            self._go_to(before[-1])
        else:
            self._note = "This is the first one."

    def _go_to(self, exercise: Exercise) -> None:
        self.current, self._view = exercise, View.EXERCISE
        self._grade, self._hint, self._passed = None, 0, None
        self.wants_grade = True
        self.progress.current = exercise.name
        write_progress(self.folder, self.progress)

    def _grade_again(self) -> None:
        self._view = View.EXERCISE
        self.wants_grade = True


def _is_saved(saves: Saves | None) -> bool:
    return saves is not None and saves.is_new()
