"""Write in one thread and count in another: python use.py mistake|repair."""

import sys
import time
from importlib import import_module
from threading import Thread

module = import_module(sys.argv[1])


def formatted() -> str:
    """Return a line, after a wait in which other threads run."""
    time.sleep(0.001)
    return "a line"


def write_often() -> None:
    """Write, again and again."""
    for _ in range(20):
        module.write_with(formatted)


writing = Thread(target=write_often)
writing.start()
print("started")
while writing.is_alive():
    module.count_lines()
print(module.count_lines(), "lines were written")
