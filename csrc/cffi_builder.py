"""How the C files are compiled, and how cffi wraps the loops.

``gilext._cffi_loops`` compiles the same C files as ``gilext._native`` with the same flags, so
that a difference in time between the two can only come from the binding.
"""

import sys
from pathlib import Path

import cffi

if sys.platform == "win32":
    COMPILE_ARGS = ["/std:c11"]
    LINK_ARGS = []
else:
    # Aligned alike, a loop takes the same time in every library: unaligned, the same machine
    # code of count_primes took 2 % longer here than in a plain program.
    COMPILE_ARGS = [
        "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-fvisibility=hidden",
        "-falign-functions=64", "-pthread",
    ]  # fmt: skip
    LINK_ARGS = ["-pthread", "-lm"]

builder = cffi.FFI()
builder.cdef(Path("gilext/loops/loops.cdef").read_text(encoding="utf-8"))
builder.set_source(
    "gilext._cffi_loops",
    '#include "loops/loops.h"\n#include "loops/meeting.h"\n',
    sources=["csrc/loops/loops.c", "csrc/loops/meeting.c"],
    include_dirs=["csrc"],
    extra_compile_args=COMPILE_ARGS,
    extra_link_args=LINK_ARGS,
)
