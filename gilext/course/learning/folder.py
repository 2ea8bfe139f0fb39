"""The learner's folder: a folder for each exercise, and later one with the solutions."""

from __future__ import annotations

import shutil
from itertools import count
from pathlib import Path

from gilext.course.learning.exercise import Exercise, all_exercises
from gilext.course.learning.progress import Progress, write_progress

README = "README.md"
SOLUTIONS = "solutions"


class NotALearnersFolder(ValueError):
    """The folder isn't one that `gilext learn init` made."""


def make_folder(folder: Path) -> None:
    """Write the exercises into a new folder, or one that is empty.

    Raises
    ------
    FileExistsError
        If something is in it: nothing is ever overwritten.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(f"{folder} exists and isn't an empty folder: name a new one")
    folder.mkdir(parents=True, exist_ok=True)
    for exercise in all_exercises():
        _bring(exercise, folder)
    (folder / README).write_text(_README, encoding="utf-8")
    write_progress(folder, Progress(current=all_exercises()[0].name))


def check_folder(folder: Path) -> None:
    """See that a folder has exercises in it.

    Raises
    ------
    NotALearnersFolder
        If it hasn't.
    """
    if not any((folder / exercise.name).is_dir() for exercise in all_exercises()):
        raise NotALearnersFolder(
            f"there are no exercises in {folder.resolve()}: `gilext learn init DIR` writes them "
            "into a new folder, and `gilext learn` is run there"
        )


def bring_missing(folder: Path) -> None:
    """Write the exercises that aren't in the folder, such as those of a newer gilext."""
    for exercise in all_exercises():
        if not (folder / exercise.name).exists():
            _bring(exercise, folder)


def bring_solution(exercise: Exercise, folder: Path) -> list[Path]:
    """Write the solution into the learner's folder, and return its files relative to that."""
    target = folder / SOLUTIONS / exercise.name
    target.mkdir(parents=True, exist_ok=True)
    for name in exercise.files:
        shutil.copyfile(exercise.solution / name, target / name)
    return [Path(SOLUTIONS, exercise.name, name) for name in exercise.files]


def reset(exercise: Exercise, folder: Path) -> Path | None:
    """Write an exercise as it came; return where the learner's files are kept, if there were any.

    The path is relative to the folder.
    """
    own = folder / exercise.name
    kept = None
    if own.is_dir() and any((own / name).exists() for name in exercise.files):
        kept = next(path for n in count(1) if not (path := own / f"backup-{n}").exists())
        kept.mkdir()
        for name in exercise.files:
            if (own / name).exists():
                shutil.copy2(own / name, kept)
    _bring(exercise, folder)
    return None if kept is None else kept.relative_to(folder)


def _bring(exercise: Exercise, folder: Path) -> None:
    target = folder / exercise.name
    target.mkdir(exist_ok=True)
    for name in exercise.files:
        shutil.copyfile(exercise.start / name, target / name)


_README = """\
# Exercises: C extensions and the GIL

Run `gilext learn` in this folder and keep its window in view. It names the exercise to do and the
file to edit. Read the comment at the top of that file and change what it asks for. Each time you
save, the file is built and graded, and you read what was seen and what it means.

A message may end with what to read: those are pages of the course, in gilext's documentation.

When an exercise passes, our solution is written to `solutions/`, and `gilext learn` goes on to
the next exercise. `progress.json` keeps how far you have come; take it with you if you change
machines.

| key | what it does |
|---|---|
| `h` | shows a hint; pressed again, the next one, which tells more |
| `l` | lists the exercises; go to any of them with the arrows and Enter |
| `x` | builds and grades again |
| `r` | brings the exercise back as it came, and keeps your files in `backup-1` |
| `s` | skips the exercise; it comes again at the end |
| `p` | goes back to the exercise before |
| `q` | quits |

`gilext learn --fast` goes through the exercises of the fast track only. Without a terminal,
`gilext learn check 04` grades one exercise, and `gilext learn check --all` grades them all.
"""
