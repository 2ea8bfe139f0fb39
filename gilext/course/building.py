"""Compile C files into a module, with the compiler that this interpreter was built for.

The course builds modules of one or two files, anew each time a file is saved. One call of the
compiler does that in half a second and takes nothing but the compiler and Python's headers.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_SECONDS = 120
_FLAGS = ("-std=c11", "-O2", "-g", "-Wall", "-Wextra", "-fPIC", "-pthread")
_INSTALL = "on Debian and Ubuntu: apt-get install gcc python3-dev; on macOS: xcode-select --install"


class NoCompiler(RuntimeError):
    """There is no C compiler here, or it has no headers of this Python; says what to install."""


class BuildFailed(RuntimeError):
    """The compiler refused the files.

    Attributes
    ----------
    output : str
        What it said.
    """

    def __init__(self, output: str) -> None:
        super().__init__(output)
        self.output = output


@dataclass(frozen=True, slots=True)
class Built:
    """A module that was built.

    Attributes
    ----------
    path : Path
        The shared library, which ``import`` finds by the module's name in its folder.
    warnings : str
        What the compiler said of files that it took; empty if it said nothing.
    """

    path: Path
    warnings: str


def compiler() -> list[str]:
    """Return the command of the C compiler: ``$CC``, that of this Python's build, or another.

    Raises
    ------
    NoCompiler
        If none of them is found, or this Python's headers aren't.
    """
    named = (os.environ.get("CC"), sysconfig.get_config_var("CC"), "cc", "gcc", "clang")
    commands = [shlex.split(one) for one in named if one]
    found = next((one for one in commands if one and shutil.which(one[0])), None)
    if found is None:
        raise NoCompiler(f"there is no C compiler here; {_INSTALL}")
    headers = Path(sysconfig.get_path("include"))
    if not (headers / "Python.h").exists():
        raise NoCompiler(f"Python.h isn't in {headers}: Python's headers are missing; {_INSTALL}")
    return found


def build(sources: Sequence[Path], folder: Path, name: str, flags: Sequence[str] = ()) -> Built:
    """Compile C files into one module.

    Parameters
    ----------
    sources : sequence of Path
        The files.
    folder : Path
        Where the module goes.
    name : str
        The module's name, as its ``PyInit_`` function has it.
    flags : sequence of str
        More for the compiler, after gilext's own: they win.

    Raises
    ------
    NoCompiler
        If there is nothing to compile with.
    BuildFailed
        If the compiler refuses the files.
    """
    command = compiler()
    target = folder / f"{name}{sysconfig.get_config_var('EXT_SUFFIX')}"
    linking = (
        ("-bundle", "-undefined", "dynamic_lookup") if sys.platform == "darwin" else ("-shared",)
    )
    headers = {sysconfig.get_path("include"), sysconfig.get_path("platinclude")}
    included = [f"-I{path}" for path in sorted(headers)]
    done = subprocess.run(
        [*command, *_FLAGS, *included, *flags, *linking, "-o", target, *sources],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        encoding="utf-8", errors="replace", timeout=_SECONDS, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise BuildFailed(done.stdout or f"{shlex.join(command)} failed and said nothing")
    return Built(target, done.stdout)
