"""Where one pair of a mistake and its repair is built and run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from gilext.core.environment import is_free_threaded_build
from gilext.core.import_paths import paths_for_children
from gilext.course.building import build, compiler
from gilext.course.outcomes import Outcome, run_child
from gilext.course.pairs.mistake import FoundBy, Mistake, is_said

STARTED = "started"

_SANITIZERS = {"AddressSanitizer": "address", "ThreadSanitizer": "thread"}

# Python itself isn't compiled with them, and keeps some memory until it ends.
_SANITIZER_SETTINGS = {
    "ASAN_OPTIONS": "detect_leaks=0",
    "TSAN_OPTIONS": "ignore_noninstrumented_modules=1",
}
_DEBUG_BUILD = "a debug build"
_HANGING_SECONDS = (2.0, 10.0, 60.0)
# What these change is told apart from what happens without them.
_SETTINGS = (
    "PYTHONDEVMODE",
    "PYTHONMALLOC",
    "PYTHONFAULTHANDLER",
    "PYTHON_GIL",
    "PYTHONSAFEPATH",
    "PYTHONWARNINGS",
)


class Workplace:
    """A folder with the two modules of a mistake and the scripts that use them.

    Parameters
    ----------
    mistake : Mistake
        Which.
    folder : Path
        An empty folder.
    """

    def __init__(self, mistake: Mistake, folder: Path) -> None:
        self._mistake = mistake
        self._folder = folder
        self._may_hang = any(one.outcome == "hung" for one in mistake.endings_here())
        _copy_scripts(mistake, folder)
        for side in ("mistake", "repair"):
            self._build(side, folder)

    def use(self, side: str) -> Outcome:
        """Use a module as ``use.py`` does, and return how that ended."""
        # What hadn't even started when its time was over was only slow.
        return self._run(("use.py", side), {}, self._folder, rf"^{STARTED}$")

    def ask(self, found_by: FoundBy, side: str) -> Outcome | None:
        """Let a tool look at a module, and return what it said; None if it isn't here."""
        tool, enough = found_by.tool, found_by.mistake or ""
        if tool in _SANITIZERS:
            return self._sanitize(_SANITIZERS[tool], side, enough)
        if tool.startswith("PYTHON"):
            name, _, value = tool.partition("=")
            return self._run(("use.py", side), {name: value}, self._folder, enough)
        script = "use.py" if tool == _DEBUG_BUILD else "find.py"
        return self._run((script, side), {}, self._folder, enough)

    def _build(self, side: str, folder: Path, *flags: str) -> None:
        source = self._mistake.source_of(side)
        if source.suffix == ".c":
            build([source], folder, side, flags)

    def _sanitize(self, sanitizer: str, side: str, enough: str) -> Outcome | None:
        library = _library_of(f"lib{sanitizer[0]}san.so")
        if library is None:
            return None
        folder = self._folder / sanitizer
        folder.mkdir(exist_ok=True)
        _copy_scripts(self._mistake, folder)
        self._build(side, folder, f"-fsanitize={sanitizer}", "-O1")
        settings = {"LD_PRELOAD": library, **_SANITIZER_SETTINGS}
        if not is_free_threaded_build():
            settings["PYTHONMALLOC"] = "malloc"  # Python's own allocator hides what is freed.
        return self._run(("use.py", side), settings, folder, enough)

    def _run(
        self, command: Sequence[str], settings: Mapping[str, str], folder: Path, enough: str
    ) -> Outcome:
        """Run a script. If it hangs, and hasn't written yet what is enough, give it more time."""
        kept = {name: value for name, value in os.environ.items() if name not in _SETTINGS}
        kept["PYTHONPATH"] = paths_for_children()
        command = [sys.executable, "-u", *command]
        is_short = self._may_hang and "mistake" in command
        for seconds in _HANGING_SECONDS if is_short else _HANGING_SECONDS[-1:]:
            outcome = run_child(command, folder, seconds, {**kept, **settings})
            if outcome.how != "hung" or is_said(enough, outcome):
                break
        return outcome


def _copy_scripts(mistake: Mistake, folder: Path) -> None:
    for path in mistake.folder.glob("*.py"):
        shutil.copy(path, folder)


def _library_of(name: str) -> str | None:
    """Return the path of a library of the compiler, or None if it has none."""
    done = subprocess.run(
        [*compiler(), f"-print-file-name={name}"],
        capture_output=True, text=True, check=False, timeout=_HANGING_SECONDS[-1],
    )  # fmt: skip
    path = done.stdout.strip()
    return path if done.returncode == 0 and os.path.isabs(path) else None
