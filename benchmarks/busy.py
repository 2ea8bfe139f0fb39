"""Neighbours that keep the cores busy."""

import subprocess
import sys
from contextlib import contextmanager


@contextmanager
def busy_loops(count):
    """Keep that many processes running that never rest."""
    command = [sys.executable, "-I", "-c", "while True: pass"]
    others = [subprocess.Popen(command) for _ in range(count)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()
