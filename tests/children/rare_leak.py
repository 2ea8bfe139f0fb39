"""Check one of the rarer leaks and its twin, and print what is said of each."""

import json
import os
import sys
from pathlib import Path

from gilext import check_leaks

sys.path.insert(0, str(Path(__file__).parents[1] / "planted"))
from planting import MORE_CASES, load

path, name = sys.argv[1:]
planted = load(path)
make, options, _ = MORE_CASES[name]
said = {
    kind: check_leaks(getattr(planted, f"{kind}_{name}"), *make(), **options).sentence
    for kind in ("sound", "leak")
}
print(json.dumps(said))
sys.stdout.flush()
os._exit(0)  # threads that never end, references that are missing
