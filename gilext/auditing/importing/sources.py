"""Where an audit imports a package's modules from: the interpreter, a folder, an unpacked wheel."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from importlib.machinery import EXTENSION_SUFFIXES
from tempfile import TemporaryDirectory

from gilext.auditing.importing.environments import Interpreter
from gilext.auditing.rules.codes import finding
from gilext.auditing.targets.packages import Package

_UNSAFE = ("GX902", "GX903")
_PIP_INSTALL = (
    "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet", "install", "--no-deps",
    "--no-index", "--no-compile", "--target",
)  # fmt: skip
_PIP_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Import:
    """How the modules of a package are imported.

    Attributes
    ----------
    interpreter : Interpreter or None
        What imports them; None for the one that runs this.
    seconds : float
        How long each may take.
    suffixes : tuple of str
        How the names of the extension modules end that it can import.
    folders : tuple of str
        Where it finds them first.
    by_path : bool
        Whether each is loaded from its file, as no name finds it.
    """

    interpreter: Interpreter | None
    seconds: float
    suffixes: tuple[str, ...]
    folders: tuple[str, ...] = ()
    by_path: bool = False


Importing = Callable[[Package], AbstractContextManager[Import | None]]


def importing(imports: bool | None, interpreter: Interpreter | None, seconds: float) -> Importing:
    """Return how packages are imported once they have been read.

    Parameters
    ----------
    imports : bool or None
        Whether they are; None for those that are installed.
    interpreter : Interpreter or None
        What imports them; None for the one that runs this.
    seconds : float
        How long each module may take.

    Returns
    -------
    callable
        It takes a package, and returns a context manager that has an `Import`, or None if the
        package isn't imported. If it can't be, the package gets a finding that says why.
    """
    suffixes = tuple(EXTENSION_SUFFIXES) if interpreter is None else interpreter.suffixes

    @contextmanager
    def importable(package: Package) -> Iterator[Import | None]:
        if not (package.is_installed if imports is None else imports):
            yield None
        elif package.wheel is None:
            by_path = not package.is_installed
            yield Import(interpreter, seconds, suffixes, by_path=by_path)
        else:
            with TemporaryDirectory(prefix="gilext-installed-") as folder:
                is_there = _is_installed_into(folder, package, interpreter)
                yield Import(interpreter, seconds, suffixes, (folder,)) if is_there else None

    return importable


def _is_installed_into(folder: str, package: Package, interpreter: Interpreter | None) -> bool:
    """Install a wheel into a folder with pip; if that can't be done, add a finding to it."""
    if any(one.code in _UNSAFE for one in package.findings):
        return False
    executable = sys.executable if interpreter is None else interpreter.executable
    command = [executable, *_PIP_INSTALL, folder, str(package.wheel)]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PIP_SECONDS,
            text=True, errors="replace",
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        reason = f"pip wasn't done after {_PIP_SECONDS:g} s"
    else:
        if done.returncode == 0:
            return True
        said = done.stderr.strip().rpartition("\n")[2] or f"pip ended with {done.returncode}"
        reason = said.removeprefix("ERROR: ").rstrip(".")
    package.findings.append(finding("GX904", f"{package.name} couldn't be imported: {reason}."))
    return False
