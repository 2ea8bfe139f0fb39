"""Lose references, one per call; say what check_leaks() finds, and use the objects afterwards."""

import ctypes
import gc
import json
import sys

from gilext import check_leaks

lose = ctypes.pythonapi.Py_DecRef
lose.argtypes, lose.restype = (ctypes.py_object,), None


class Victim:
    """What is lost."""


class Kept:
    """What refers to a victim."""

    def __init__(self):
        self.victim = Victim()


def of_argument(kept):
    lose(kept)


def inside_argument(kept):
    lose(kept.victim)


def of_type(kept):
    lose(Victim)


def now_and_then(kept, calls=[0]):  # noqa: B006
    calls[0] += 1
    if calls[0] % 2:
        lose(kept)


def sound(kept):
    return kept.victim, Victim


kept = Kept()
report = check_leaks(globals()[sys.argv[1]], kept)
print(json.dumps([[leak.of, leak.kind, leak.per_call] for leak in report.leaks]), flush=True)

# Everything is whole afterwards: new objects don't take the place of what was lost.
made = [Victim() for _ in range(1000)]
gc.collect()
assert type(kept) is Kept and type(kept.victim) is Victim and kept.victim not in made
assert sys.getrefcount(kept) < 100 and sys.getrefcount(kept.victim) < 100
