"""Runs a program in this interpreter and in others, and returns what each answers."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

_TIMEOUT_SECONDS = 120


def answers_of(program: Path, others: Sequence[str], names: Sequence[str]) -> list[dict[str, Any]]:
    """Return what a program prints as JSON: here, in named interpreters, and in those found.

    Parameters
    ----------
    program : Path
        A script that imports nothing but the standard library.
    others : sequence of str
        Paths of interpreters, which must be there.
    names : sequence of str
        Names to look for on the path. A name behind which no interpreter answers is left out.

    Raises
    ------
    FileNotFoundError, subprocess.CalledProcessError
        When one of `others` isn't there, or fails.
    """
    for path in others:
        if shutil.which(path) is None:
            raise FileNotFoundError(f"there is no interpreter {path}")
    named = dict.fromkeys((sys.executable, *others))
    answers = [answer_to(path, str(program)) for path in named]
    for path in dict.fromkeys(filter(None, map(shutil.which, names))):
        if path in named:
            continue
        with suppress(subprocess.CalledProcessError):
            answers.append(answer_to(path, str(program)))
    return answers


def answer_to(*command: str) -> Any:
    """Return what a command prints as JSON.

    Raises
    ------
    subprocess.CalledProcessError
        When it fails.
    """
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=_TIMEOUT_SECONDS, check=True
    )
    return json.loads(done.stdout)
