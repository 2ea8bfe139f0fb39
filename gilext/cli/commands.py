"""Programs that are named as a shell would find them: ``uvicorn`` for ``/venv/bin/uvicorn``."""

from __future__ import annotations

import os
import re
import shutil
import sys

# pip writes the second if the interpreter's path is too long for the first.
_PYTHON_SCRIPT = re.compile(rb"#![^\n]*python|#!/bin/sh\n'''exec' [^\n]*python")


def script_named(name: str) -> str:
    """Return a script's path: the name, or if there is no such file, that of a command.

    A command next to this interpreter comes before those in PATH, which may belong to another.

    Raises
    ------
    ValueError
        If the command is no Python script.
    """
    if name == "-" or os.path.exists(name) or os.path.dirname(name):
        return name
    beside = os.path.join(os.path.dirname(sys.executable), name)
    found = beside if os.path.isfile(beside) else shutil.which(name)
    if found is None:
        return name
    with open(found, "rb") as file:
        if not _PYTHON_SCRIPT.match(file.read(1000)):
            raise ValueError(f"there is no file {name!r}, and {found} is no Python script")
    return found
