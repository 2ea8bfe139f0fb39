"""The interpreter of an environment, and how gilext runs in it."""

from __future__ import annotations

import json
import os
import subprocess
import sysconfig
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from gilext.core.import_paths import paths_for_children
from gilext.core.version import __version__

_PROBE = """
import json, sys, sysconfig
from importlib.machinery import EXTENSION_SUFFIXES
try:
    from gilext import __version__
except ImportError:
    __version__ = None
tag = sysconfig.get_config_var("SOABI")
version = ".".join(map(str, sys.version_info[:3]))
print(json.dumps([version, tag, [path for path in sys.path if path], EXTENSION_SUFFIXES,
                  __version__]))
"""
_PROBE_SECONDS = 60.0
_UNSET = ("PYTHONHOME", "PYTHONPATH", "PYTHON_GIL", "__PYVENV_LAUNCHER__")


class UnusableEnvironment(ValueError):
    """There is no interpreter there, or gilext can't run in it."""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A CPython, and where it finds modules.

    Attributes
    ----------
    executable : str
        Its path.
    version : str
        Its version: ``"3.13.0"``.
    tag : str
        What it has in the names of extension modules: ``"cpython-313-x86_64-linux-gnu"``.
    paths : tuple of str
        Its ``sys.path``.
    suffixes : tuple of str
        How the names of its extension modules end.
    gilext_version : str or None
        The version of the gilext that is installed there; None if none is.
    """

    executable: str
    version: str
    tag: str
    paths: tuple[str, ...]
    suffixes: tuple[str, ...]
    gilext_version: str | None


def interpreter_of(environment: str) -> Interpreter:
    """Return the interpreter of an environment.

    Parameters
    ----------
    environment : str
        Its folder, or the path of the interpreter itself.

    Raises
    ------
    UnusableEnvironment
        If there is none, or it doesn't run.
    """
    executable = Path(environment)
    if executable.is_dir():
        executable = executable / "bin" / "python"
    if not executable.is_file():
        raise UnusableEnvironment(f"there is no interpreter at {executable}")
    variables = {name: value for name, value in os.environ.items() if name not in _UNSET}
    try:
        done = subprocess.run(
            [executable.absolute(), "-c", _PROBE], env=variables, cwd="/", text=True, check=True,
            capture_output=True, timeout=_PROBE_SECONDS,
        )  # fmt: skip
        version, tag, paths, suffixes, gilext_version = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise UnusableEnvironment(f"{executable} doesn't run as a CPython: {error}") from None
    return Interpreter(
        str(executable.absolute()), version, tag, tuple(paths), tuple(suffixes), gilext_version
    )


@contextmanager
def python_path(interpreter: Interpreter | None, folders: Sequence[str]) -> Iterator[str]:
    """Give the ``PYTHONPATH`` with which an interpreter finds gilext, for as long as a block lasts.

    Parameters
    ----------
    interpreter : Interpreter or None
        None for the one that runs this, whose children find all that it finds.
    folders : sequence of str
        Where it is to find modules first.

    Raises
    ------
    UnusableEnvironment
        If neither this gilext nor one of the same version can run there.
    """
    first = [os.path.abspath(folder) for folder in folders]
    if interpreter is None:
        yield os.pathsep.join([*first, paths_for_children()])
    elif interpreter.tag == sysconfig.get_config_var("SOABI"):
        # Nothing else of this environment may be found from there.
        with TemporaryDirectory(prefix="gilext-alone-") as alone:
            Path(alone, "gilext").symlink_to(Path(__file__).parents[2])
            yield os.pathsep.join([*first, alone])
    elif interpreter.gilext_version == __version__:
        yield os.pathsep.join(first)
    else:
        raise UnusableEnvironment(
            f"{interpreter.executable} is {interpreter.tag}, for which this gilext isn't built: "
            f"install gilext {__version__} there"
        )
