"""What `gilext learn` shows, as lines: the exercise with its verdict, a success, the list."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from pathlib import Path

from gilext.core.layout import Line, lines
from gilext.core.report import Report, printable
from gilext.course.learning.exercise import Exercise
from gilext.course.learning.folder import SOLUTIONS
from gilext.course.learning.grade import Grade, Verdict
from gilext.course.learning.progress import Progress

RESET_QUESTION = "Bring this exercise back as it came? Your files are kept. [y] yes  [n] no"
_ROOM_FOR_WARNINGS = 5
_KEYS_OF_EXERCISE = "[h] hint  [l] list  [x] check again  [r] reset  [s] skip  [p] back  [q] quit"
_KEYS_OF_SUCCESS = "[n] next  [l] list  [p] back  [q] quit"
_KEYS_OF_END = "[l] list  [p] back  [q] quit"
_KEYS_OF_LIST = "[up] [down] choose  [Enter] go there  [l] back  [q] quit"

_HEADINGS: dict[Verdict, str] = {
    "passed": "Passed",
    "not yet": "Not yet",
    "not built": "It doesn't compile",
    "not imported": "It can't be imported",
    "crashed": "It crashes",
    "hung": "It hangs",
    "ended early": "It ends the process",
    "unclear": "This couldn't be measured",
}


def working(
    exercise: Exercise,
    grade: Grade | None,
    hint: int,
    note: str,
    progress: Progress,
    width: int,
    height: int,
) -> list[Line]:
    """Return the screen of an exercise that isn't solved: the task, the verdict, a hint, the keys.

    What the compiler said is cut to the room that is left.
    """
    above = [_header(exercise, progress, width), Line("")]
    above += [
        *_text(exercise.task, width),
        *_text(f"Edit {exercise.name}/{exercise.files[0]}. It is graded when you save.", width),
    ]
    below = [Line("")]
    if hint:
        heading = f"Hint {hint} of {len(exercise.hints)}: "
        below += [*_text(heading + exercise.hints[hint - 1], width), Line("")]
    below += _text(note, width) or _keys(_KEYS_OF_EXERCISE, width)
    if grade is None:
        return [*above, Line(""), Line("Building and grading ...", "strong"), *below]
    room = height - 1 - len(above) - len(below) - 1
    return [*above, Line(""), *verdict(exercise, grade, width, room), *below]


def verdict(exercise: Exercise, grade: Grade, width: int, room: int | None = None) -> list[Line]:
    """Return a verdict, and what it means; what the compiler said is cut to fit into the room."""
    heading = Line(_HEADINGS[grade.verdict], "good" if grade.is_passed else "bad")
    told = list(_paragraphs(grade.message, width))
    if not grade.is_passed and grade.verdict != "unclear":
        told += _text(f"Read: {_titles(exercise.read)}", width)
    output = _said(grade)
    if room is not None:
        output = list(_cut(output, width, max(room - 1 - len(told), 3)))
    return [heading, *output, *told]


def graded(exercise: Exercise, grade: Grade, width: int) -> list[Line]:
    """Return what `gilext learn check` prints of one exercise."""
    shown = [Line(f"{exercise.number} {exercise.title}", "strong")]
    if grade.is_passed:
        shown += [Line(_HEADINGS["passed"], "good"), *_said(grade), *_text(exercise.after, width)]
    else:
        shown += verdict(exercise, grade, width)
    return [*shown, Line("")]


def hints(exercise: Exercise, level: int, width: int) -> list[Line]:
    """Return the hints up to a level."""
    count = len(exercise.hints)
    shown = []
    for number, text in enumerate(exercise.hints[:level], 1):
        shown += _text(f"Hint {number} of {count}: {text}", width)
    if level < count:
        shown += _text(f"`gilext learn hint {exercise.number}` again tells more.", width)
    return shown


def solution(exercise: Exercise, folder: Path, width: int) -> list[Line]:
    """Return what to know of a solution, and how it differs from the learner's."""
    return [*_text(exercise.after, width), Line(""), *difference(exercise, folder, width)]


def passed(
    solved: Exercise | None,
    grade: Grade | None,
    following: Exercise | None,
    progress: Progress,
    folder: Path,
    width: int,
    height: int,
) -> list[Line]:
    """Return the screen after a success: what to know now, our solution, what comes next."""
    shown = []
    below = [Line(""), *_next(following, progress, width), Line("")]
    below += _keys(_KEYS_OF_SUCCESS if following else _KEYS_OF_END, width)
    if solved is not None and grade is not None:
        shown += [_header(solved, progress, width), Line(""), Line(_HEADINGS["passed"], "good")]
        shown += _cut(_said(grade), width, _ROOM_FOR_WARNINGS)
        shown += [*_text(solved.after, width), Line("")]
        room = height - 1 - len(shown) - len(below)
        shown += difference(solved, folder, width, room)
    return [*shown, *below]


def difference(exercise: Exercise, folder: Path, width: int, room: int | None = None) -> list[Line]:
    """Return how our solution differs from the learner's files, cut to fit into the room."""
    target = Path(SOLUTIONS, exercise.name)
    changes = list(_changes(exercise, folder / exercise.name))
    if not changes:
        return _text(f"Your solution is the same as ours, in {target}/.", width)
    heading = _text(f"Our solution is in {target}/. Yours (-) and ours (+):", width)
    if room is not None:
        changes = list(_cut(changes, width, max(room - len(heading), 3)))
    return [*heading, *changes]


def listing(progress: Progress, selected: int, width: int, height: int) -> list[Line]:
    """Return the list of the exercises, as many as there is room for around the selected one."""
    rows = [
        Line(row, "strong" if place == selected else "")
        for place, row in enumerate(rows_of(progress, selected))
    ]
    room = max(height - 5, 1)
    first = max(0, min(selected - room // 2, len(rows) - room))
    count = f"{progress.solved_count} of {len(progress.track)} solved"
    shown = [Line(row.text[:width], row.style) for row in rows[first : first + room]]
    return [Line(count, "strong"), Line(""), *shown, Line(""), *_keys(_KEYS_OF_LIST, width)]


def rows_of(progress: Progress, selected: int | None = None) -> list[str]:
    """Return a line for each exercise: its number, whether it is solved, its title."""
    marks = [">" if place == selected else " " for place in range(len(progress.track))]
    room = max(len(one.title) for one in progress.track)
    return [
        f"{mark} {one.number}  {_state(one, progress):8}  {one.title:{room}}  "
        f"{'fast track' if one.fast_track else ''}".rstrip()
        for mark, one in zip(marks, progress.track, strict=True)
    ]


def _state(exercise: Exercise, progress: Progress) -> str:
    if exercise.name in progress.solved:
        return "solved"
    return "given up" if exercise.name in progress.given_up else "open"


def _header(exercise: Exercise, progress: Progress, width: int) -> Line:
    left = f"{exercise.number} {exercise.title}"
    right = f"{progress.solved_count} of {len(progress.track)} solved"
    return Line(f"{left}{right:>{max(width - len(left), len(right) + 2)}}", "strong")


def _next(following: Exercise | None, progress: Progress, width: int) -> list[Line]:
    if following is not None:
        name = f"{following.name}/{following.files[0]}"
        text = f"Next: {following.number} {following.title}. Press n, or edit {name} and save it."
        return _text(text, width)
    if progress.fast:
        text = "The fast track is solved. `gilext learn --whole` goes through the other exercises."
    else:
        text = "All exercises are solved. There is nothing left to do here: go and check your own "
        text += "extension, with `gilext check`, `gilext.testing` and `gilext.check_leaks`."
    return _text(text, width)


def _changes(exercise: Exercise, own: Path) -> Iterator[Line]:
    for name in exercise.files:
        before = (own / name).read_text(encoding="utf-8", errors="replace").splitlines()
        after = (exercise.solution / name).read_text(encoding="utf-8").splitlines()
        if list(filter(None, map(str.split, before))) == list(filter(None, map(str.split, after))):
            continue  # it is laid out in another way
        found = list(difflib.unified_diff(before, after, n=1, lineterm=""))[2:]
        for text in found:
            yield Line(printable(text.expandtabs()), "dim" if text[0] in " @" else "")


def _cut(shown: Sequence[Line], width: int, room: int) -> Iterator[Line]:
    """Yield lines for as long as they fit, counting one that is too wide as several."""
    heights = [max(1, -(-len(line.text) // width)) for line in shown]
    if sum(heights) <= room:
        yield from shown
        return
    taken = 0
    for place, (line, taking) in enumerate(zip(shown, heights, strict=True)):
        if taken + taking > room - 1:
            yield Line(f"... {len(shown) - place} more lines", "dim")
            return
        taken += taking
        yield line


def _said(grade: Grade) -> list[Line]:
    return [Line(printable(line), "dim") for line in grade.output.expandtabs().splitlines()]


def _paragraphs(message: str, width: int) -> Iterator[Line]:
    for paragraph in message.split("\n\n"):
        if paragraph.strip():
            yield from _text(" ".join(paragraph.split()), width)
            yield Line("")


def _titles(titles: Sequence[str]) -> str:
    return ", ".join(f"“{title}”" for title in titles) + " in the course"


def _keys(names: str, width: int) -> list[Line]:
    return [Line(line.text, "dim") for line in _text(names, width)]


def _text(text: str, width: int) -> list[Line]:
    return lines(Report(body=(text,)), width)
