"""How cffi wraps the loops.

``gilext._cffi_loops`` compiles the same C files as ``gilext._native`` with the same arguments,
so that a difference in time between the two can only come from the binding.
"""

from pathlib import Path

import cffi
from compiler_args import COMPILE_ARGS, LINK_ARGS

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
