"""Release an object once too often, and see the count fall, before it does harm."""

import importlib.util
import sys

from gilext import refcount

spec = importlib.util.spec_from_file_location("planted", sys.argv[1])
planted = importlib.util.module_from_spec(spec)
spec.loader.exec_module(planted)

local = object()
kept = [local] * 10
before = refcount(local)
planted.over_release(local)
planted.over_release(local)
assert refcount(local) == before - 2
print("fell")
sys.stdout.flush()
# The two references that are missing would be taken from objects still in use.
kept.append(local)
kept.append(local)
__import__("os")._exit(0)
