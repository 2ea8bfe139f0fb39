"""Where another process of this interpreter finds what this one imports."""

from __future__ import annotations

import os
import sys


def paths_for_children() -> str:
    """Return the value of ``PYTHONPATH`` that gives a child this process's paths, made absolute."""
    return os.pathsep.join(map(os.path.abspath, sys.path))
