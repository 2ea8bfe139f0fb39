"""The extension modules; everything else about the package is in pyproject.toml."""

import sys
from pathlib import Path

from setuptools import Extension, setup

sys.path.insert(0, "csrc")
from cffi_builder import COMPILE_ARGS, LINK_ARGS

NATIVE_SOURCES = [
    "native.c",
    "arguments.c",
    "py_loops.c",
    "loops.c",
    "py_timed_loops.c",
    "timed_loops.c",
    "py_meeting.c",
    "meeting.c",
    "py_os_crew.c",
    "os_crew.c",
    "py_sampler.c",
    "py_sampler_views.c",
    "sampler.c",
    "stand_in.c",
    "recorder.c",
    "stack_log.c",
    "frame_state.c",
    "line_table.c",
    "safe_copy.c",
    "gil_state.c",
    "py_check.c",
    "call_watch.c",
    "handovers.c",
    "py_counters.c",
    "counters.c",
    "py_lock_order.c",
    "lock_order.c",
    "py_refcounts.c",
]

setup(
    ext_modules=[
        Extension(
            "gilext._native",
            sources=[f"csrc/{name}" for name in NATIVE_SOURCES],
            depends=[str(header) for header in Path("csrc").glob("*.h")],
            extra_compile_args=COMPILE_ARGS,
            extra_link_args=LINK_ARGS,
        )
    ],
    cffi_modules=["csrc/cffi_builder.py:builder"],
)
