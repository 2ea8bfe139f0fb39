"""Which CPythons this machine has."""

import os
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)


def answer_of(python: str | Path, code: str) -> str | None:
    """Return what an interpreter prints, or None if it doesn't run."""
    try:
        done = subprocess.run(
            [python, "-I", "-c", code], capture_output=True, text=True, timeout=60, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def headers_of(python: str | Path) -> str:
    """Return the folder of an interpreter's Python.h."""
    return answer_of(python, "import sysconfig; print(sysconfig.get_path('include'))") or ""


def find_interpreters() -> dict[str, str]:
    """Return every CPython from 3.11 on that the machine has: its label and its path.

    One without headers or without pip, as some distributions split them off, can't build gilext.
    """
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates = [Path(sys.executable), *pyenv.glob("versions/*/bin/python")]
    for folder in os.environ["PATH"].split(os.pathsep):
        candidates += [*Path(folder).glob("python3.1?"), *Path(folder).glob("python3.1?t")]
    code = (
        "import ensurepip, os, sys, sysconfig; v = sys.version_info;"
        "assert os.path.exists(sysconfig.get_path('include') + '/Python.h');"
        f"assert sys.implementation.name == 'cpython' and v >= {OLDEST};"
        "t = 't' * bool(sysconfig.get_config_var('Py_GIL_DISABLED'));"
        "print(v.major, v.minor, v.micro, sep='.', end=t + ' ' + sys.base_prefix)"
    )
    found: dict[str, str] = {}
    homes = set()
    for candidate in candidates:
        label, _, home = (answer_of(candidate, code) or "").partition(" ")
        if label and (label, home) not in homes:
            homes.add((label, home))
            name = label if label not in found else f"{label} in {home}"
            found[name] = str(candidate)
    return dict(sorted(found.items()))


if __name__ == "__main__":
    print("\n".join(find_interpreters()))
