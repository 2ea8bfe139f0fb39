"""Grade an exercise: build it, and judge it in a process of its own.

The judgement comes back through a file that names a secret of this process. What the module
prints, and with which exit code it ends its process, says nothing.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from gilext.core.import_paths import paths_for_children
from gilext.course.building import BuildFailed, build
from gilext.course.learning.exercise import Exercise
from gilext.course.outcomes import Outcome, run_child

MAX_TRIES = 3
STILL_SECONDS = 2.0
MODULE = "exercise"

# Python's allocators then end a process that uses them without being attached: on 3.11 it may
# go on otherwise, as if nothing had happened.
_STRICT = {"PYTHONMALLOC": "debug"}

_NOT_YOUR_FAULT = (
    "That isn't your fault: the machine may be too busy to measure this. Try it again when it is "
    "less busy."
)
_FATAL_ERROR = "Fatal Python error: "

Verdict = Literal[
    "passed", "not yet", "not built", "not imported", "crashed", "hung", "ended early", "unclear"
]


@dataclass(frozen=True, slots=True)
class Grade:
    """What came of grading an exercise.

    Attributes
    ----------
    exercise : str
        Its name.
    verdict : str
        ``"passed"``; ``"not yet"`` if the check isn't satisfied; ``"not built"`` or ``"not
        imported"`` if it didn't come to that; ``"crashed"``, ``"hung"`` or ``"ended early"`` if the
        process ended without a judgement; ``"unclear"`` if too little could be measured.
    message : str
        What was seen, and what it means; paragraphs have an empty line between them.
    output : str
        What the compiler said, and what the process wrote.
    """

    exercise: str
    verdict: Verdict
    message: str = ""
    output: str = ""

    def to_dict(self) -> dict[str, object]:
        """Return it as what ``json.dumps()`` takes."""
        return {**asdict(self), "passed": self.is_passed}

    @property
    def is_passed(self) -> bool:
        """Whether the exercise is solved."""
        return self.verdict == "passed"


def grade(exercise: Exercise, folder: Path) -> Grade:
    """Build and judge the files of a folder; what can't be told is tried again.

    Parameters
    ----------
    exercise : Exercise
        What the files are for.
    folder : Path
        Where they are. Nothing is written there.

    Raises
    ------
    NoCompiler
        If there is nothing to build with.
    """
    missing = [name for name in exercise.files if not (folder / name).is_file()]
    if missing:
        command = f"gilext learn reset {exercise.number}"
        message = f"{missing[0]} isn't in {folder.name}. The key r, or `{command}`, brings it back."
        return Grade(exercise.name, "not built", message)
    with tempfile.TemporaryDirectory(prefix="gilext-learn-") as temporary:
        copy = Path(temporary).resolve() / "exercise"
        copy.mkdir()
        for name in exercise.files:
            shutil.copy(folder / name, copy)
        try:
            warnings = _build(copy)
        except BuildFailed as error:
            message = "The compiler refuses it. Begin with the first error."
            return Grade(exercise.name, "not built", message, _shortened(error.output, copy))
        for _ in range(MAX_TRIES):
            found = _judge(exercise, copy)
            if found.verdict != "unclear":
                break
        else:
            found = replace(found, message=f"{found.message}\n\n{_NOT_YOUR_FAULT}")
        return replace(found, output=_shortened(warnings + found.output, copy))


def _build(folder: Path) -> str:
    sources = sorted(folder.glob("*.c"))
    return build(sources, folder, MODULE).warnings if sources else ""


def _shortened(output: str, folder: Path) -> str:
    return output.replace(f"{folder}{os.sep}", "").rstrip()


def _judge(exercise: Exercise, folder: Path) -> Grade:
    secret = secrets.token_hex(16)
    verdict_file = folder.parent / "verdict.json"
    verdict_file.unlink(missing_ok=True)
    outcome = run_child(
        [sys.executable, "-P", "-m", "gilext.course.learning.judge",
         exercise.folder / "check.py", verdict_file, secret],
        folder,
        exercise.seconds,
        {**os.environ, **_STRICT, "PYTHONPATH": paths_for_children(), **exercise.environment},
        STILL_SECONDS,
    )  # fmt: skip
    found = _read_verdict(verdict_file, secret)
    output = outcome.stdout + outcome.stderr.partition(_FATAL_ERROR)[0]
    if found is None or (found["verdict"] == "passed" and outcome.how != "ended"):
        return Grade(exercise.name, *_without_verdict(exercise, outcome), output)
    return Grade(exercise.name, found["verdict"], found["message"], output)


def _read_verdict(file: Path, secret: str) -> Mapping[str, Any] | None:
    """Return what the process found; None if it didn't get so far, or if another wrote the file."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and found.get("secret") == secret else None


def _without_verdict(exercise: Exercise, outcome: Outcome) -> tuple[Verdict, str]:
    if outcome.how == "crashed":
        seen = f"The process crashed with {outcome.signal}."
        return "crashed", f"{_fatal_error(outcome.stderr) or seen}\n\n{exercise.crashed}"
    if outcome.how == "hung":
        if outcome.wall_seconds < exercise.seconds:
            seen = "It stands still: each of its threads waits, and none of them runs any more."
        else:
            seen = f"It hadn't ended after {exercise.seconds:g} s."
        return "hung", f"{seen}\n\n{exercise.hung}"
    return "ended early", (
        f"The process ended with exit code {outcome.returncode} before it was graded to the end. "
        "Something in the module ends the process."
    )


def _fatal_error(stderr: str) -> str:
    """Return what the interpreter said when it ended itself; empty if it said nothing."""
    said = stderr.partition(_FATAL_ERROR)[2].partition("\n")[0]
    return f"The interpreter ended itself: {said.rstrip('.')}." if said else ""
