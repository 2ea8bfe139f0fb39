"""Runs a program that is recorded in a file."""

import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).with_name("recorded_in_a_file.py")


def record(path: Path, ending: str) -> None:
    """Run a program that is recorded in a file, and ends in some way."""
    subprocess.run([sys.executable, PROGRAM, path, ending], capture_output=True, timeout=60)
