"""Load in one thread and clear in another: python use.py mistake|repair."""

import sys
from importlib import import_module
from threading import Thread

module = import_module(sys.argv[1])


def load_often() -> None:
    """Load, again and again."""
    for _ in range(20):
        module.load()


loading = Thread(target=load_often)
loading.start()
print("started")
while loading.is_alive():
    module.clear()
print("loaded and cleared")
