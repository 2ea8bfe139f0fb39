"""``gilext learn``."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from gilext.cli.learn_watch import is_on_terminal, watch
from gilext.cli.output import as_json, print_out, telling, text_of_lines
from gilext.core.layout import Line
from gilext.course.building import NoCompiler, compiler
from gilext.course.learning import screens
from gilext.course.learning.exercise import (
    Exercise,
    UnknownExercise,
    all_exercises,
    exercise_named,
)
from gilext.course.learning.folder import (
    NotALearnersFolder,
    bring_missing,
    bring_solution,
    check_folder,
    make_folder,
    reset,
)
from gilext.course.learning.grade import Grade, grade
from gilext.course.learning.progress import (
    DamagedProgress,
    read_progress,
    write_progress,
)
from gilext.course.learning.session import Session
from gilext.render.terminal import width_of

_ERRORS = (DamagedProgress, NoCompiler, NotALearnersFolder, UnknownExercise, OSError)
_Command = Callable[..., object]


@contextmanager
def _told() -> Iterator[None]:
    """Turn what can go wrong into one line, and the exit code 1."""
    try:
        yield
    except _ERRORS as error:
        raise click.ClickException(str(error)) from error


def _in_folder(function: _Command) -> _Command:
    return click.option(
        "-C",
        "folder",
        type=click.Path(path_type=Path, file_okay=False),
        default=".",
        metavar="DIR",
        help="The folder of the exercises, if it isn't the current one.",
    )(function)


@click.group("learn", invoke_without_command=True)
@_in_folder
@click.option("--fast/--whole", default=None, help="Go through the fast track, or all exercises.")
@click.option("--from", "first", metavar="EXERCISE", help="Begin with this one.")
@click.pass_context
def command(context: click.Context, folder: Path, fast: bool | None, first: str | None) -> None:
    """Solve exercises in C, graded on each save.

    Begin with `gilext learn init DIR`, and run `gilext learn` in that folder. Without a terminal
    it grades the current exercise once, as `gilext learn check` does.
    """
    if context.invoked_subcommand is not None:
        if folder != Path() or fast is not None or first is not None:
            raise click.UsageError(f"options go after {context.invoked_subcommand!r}")
        return
    with _told():
        session = _begin(folder, fast, first)
        if is_on_terminal():
            sys.exit(watch(session))
        if session.current is None:
            print_out("All exercises are solved.\n")
        else:
            sys.exit(_grade_and_show([session.current], folder))


def _begin(folder: Path, fast: bool | None, first: str | None) -> Session:
    check_folder(folder)
    compiler()
    bring_missing(folder)
    progress = read_progress(folder)
    if fast is not None:
        progress.fast = fast
    exercise = progress.begin_with() if first is None else exercise_named(first)
    return Session(folder, progress, exercise)


@command.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    """Write the exercises into DIR, a new folder or an empty one."""
    with _told():
        compiler()
        make_folder(folder)
    print_out(
        f"{len(all_exercises())} exercises are in {folder}. Next:\n\n"
        f"    cd {folder}\n    gilext learn\n\n"
        "It names the file to edit, and grades it each time you save. Keep its window in view.\n"
    )


@command.command()
@click.argument("names", nargs=-1, metavar="[EXERCISE]...")
@click.option("--all", "is_all", is_flag=True, help="Grade every exercise.")
@_in_folder
@as_json
def check(names: tuple[str, ...], is_all: bool, folder: Path, as_json: bool) -> None:
    """Grade exercises, or the current one.

    The exit code is 0 if all that were graded are solved, and 1 if not. With --json, the progress of the learner is neither read nor written.
    """
    if names and is_all:
        raise click.UsageError("give exercises or --all, not both")
    with _told():
        check_folder(folder)
        chosen = all_exercises() if is_all else [exercise_named(name) for name in names]
        if as_json:
            if not chosen:
                raise click.UsageError("name exercises for --json, or give --all")
            sys.exit(_grade_as_json(chosen, folder))
        chosen = chosen or [read_progress(folder).begin_with() or all_exercises()[-1]]
        sys.exit(_grade_and_show(chosen, folder))


@command.command("list")
@_in_folder
@as_json
def list_exercises(folder: Path, as_json: bool) -> None:
    """List the exercises, and which of them are solved."""
    with _told():
        check_folder(folder)
        progress = read_progress(folder)
    if as_json:
        rows = [
            {
                "exercise": one.name,
                "title": one.title,
                "group": one.group,
                "fast_track": one.fast_track,
                "solved": progress.solved.get(one.name),
                "given_up": one.name in progress.given_up,
                "hints": progress.hints.get(one.name, 0),
            }
            for one in all_exercises()
        ]
        print_out(json.dumps(rows, indent=2) + "\n")
    else:
        _print([Line(row) for row in screens.rows_of(progress)])


@command.command()
@click.argument("name", metavar="EXERCISE")
@_in_folder
def hint(name: str, folder: Path) -> None:
    """Show a hint; again, the next one."""
    with _told():
        check_folder(folder)
        exercise, progress = exercise_named(name), read_progress(folder)
        level = min(progress.hints.get(exercise.name, 0) + 1, len(exercise.hints))
        progress.hints[exercise.name] = level
        write_progress(folder, progress)
    _print(screens.hints(exercise, level, width_of(sys.stdout)))


@command.command("reset")
@click.argument("name", metavar="EXERCISE")
@click.option("--yes", is_flag=True, help="Don't ask.")
@_in_folder
def reset_exercise(name: str, yes: bool, folder: Path) -> None:
    """Bring an exercise back as it came.

    The files that were there are kept in a folder next to them.
    """
    with _told():
        check_folder(folder)
        exercise, progress = exercise_named(name), read_progress(folder)
        if not yes:
            click.confirm(f"Bring {exercise.name} back as it came?", abort=True)
        kept = reset(exercise, folder)
        progress.solved.pop(exercise.name, None)
        progress.current = exercise.name
        write_progress(folder, progress)
    print_out(
        f"{exercise.name} is as it came."
        + (f" Your files are kept in {kept}.\n" if kept is not None else "\n")
    )


@command.command()
@click.argument("name", metavar="EXERCISE")
@click.option("--give-up", is_flag=True, help="Show it although the exercise isn't solved.")
@_in_folder
def solution(name: str, give_up: bool, folder: Path) -> None:
    """Show how our solution differs from yours.

    That takes a success first, or --give-up.
    """
    with _told():
        check_folder(folder)
        exercise, progress = exercise_named(name), read_progress(folder)
        if exercise.name not in progress.solved:
            if not give_up:
                raise click.ClickException(
                    f"{exercise.name} isn't solved yet: `gilext learn hint {exercise.number}` "
                    "helps, and --give-up shows the solution all the same"
                )
            progress.note_given_up(exercise)
            write_progress(folder, progress)
        bring_solution(exercise, folder)
        _print(screens.solution(exercise, folder, width_of(sys.stdout)))


def _grade_as_json(chosen: Sequence[Exercise], folder: Path) -> int:
    grades = [_grade(one, folder) for one in chosen]
    is_passed = all(one.is_passed for one in grades)
    found = {"passed": is_passed, "exercises": [one.to_dict() for one in grades]}
    print_out(json.dumps(found, indent=2) + "\n")
    return 0 if is_passed else 1


def _grade_and_show(chosen: Sequence[Exercise], folder: Path) -> int:
    progress = read_progress(folder)
    is_passed = True
    for one in chosen:
        found = _grade(one, folder)
        is_passed = is_passed and found.is_passed
        _print(screens.graded(one, found, width_of(sys.stdout)))
        if found.is_passed and one.name not in progress.solved:
            progress.note_solved(one)
            bring_solution(one, folder)
            write_progress(folder, progress)
    return 0 if is_passed else 1


def _grade(exercise: Exercise, folder: Path) -> Grade:
    with telling(f"building and grading {exercise.name}"):
        return grade(exercise, folder / exercise.name)


def _print(shown: Sequence[Line]) -> None:
    print_out(text_of_lines(shown, sys.stdout))
