"""The extension modules; everything else about the package is in pyproject.toml."""

import sys
from pathlib import Path

from pybind11.setup_helpers import ParallelCompile
from setuptools import Extension, setup

sys.path.insert(0, "csrc")
from compiler_args import COMPILE_ARGS, LINK_ARGS


def needs_compiling(object_file: str, source: str) -> bool:
    """Return whether an object is older than its source, or than a header that it included."""
    target, listed = Path(object_file), Path(object_file).with_suffix(".d")
    if not target.exists() or not listed.exists():
        return True
    _, _, used = listed.read_text(encoding="utf-8").replace("\\\n", " ").partition(": ")
    files = [Path(name) for name in used.split()]
    return any(not file.exists() or file.stat().st_mtime > target.stat().st_mtime for file in files)


# The compiler writes which headers an object used; MSVC has another way, so it compiles anew.
DEPENDENCY_ARGS = [] if sys.platform == "win32" else ["-MMD"]
ParallelCompile(needs_recompile=needs_compiling, default=0).install()

setup(
    ext_modules=[
        Extension(
            "gilext._native",
            sources=sorted(str(path) for path in Path("csrc").rglob("*.c")),
            depends=sorted(str(path) for path in Path("csrc").rglob("*.h")),
            include_dirs=["csrc"],
            extra_compile_args=[*COMPILE_ARGS, *DEPENDENCY_ARGS],
            extra_link_args=LINK_ARGS,
        )
    ],
    cffi_modules=["csrc/cffi_builder.py:builder"],
)
