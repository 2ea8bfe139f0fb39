"""What the C compiler is given, for each library and each test that this code goes into."""

import sys
from pathlib import Path

_VERSION_FILE = Path(__file__).parents[1] / "gilext" / "core" / "version.py"
_VERSION = _VERSION_FILE.read_text(encoding="utf-8").split('__version__ = "')[1].split('"')[0]

if sys.platform == "win32":
    COMPILE_ARGS = ["/std:c11", f'/DGILEXT_VERSION="{_VERSION}"']
    LINK_ARGS = []
else:
    # Aligned alike, a loop takes the same time in every library: unaligned, the same machine
    # code of count_primes took 2 % longer here than in a plain program.
    COMPILE_ARGS = [
        "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-fvisibility=hidden",
        "-falign-functions=64", "-pthread", f'-DGILEXT_VERSION="{_VERSION}"',
    ]  # fmt: skip
    LINK_ARGS = ["-pthread", "-lm"]
