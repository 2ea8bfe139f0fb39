"""pybind11's usual tool: setuptools with its own helpers."""

from pybind11.setup_helpers import Pybind11Extension, build_ext
from setuptools import setup

# The C compiler warns that -std=c++17 is none of its own, and compiles the loop as C.
extension = Pybind11Extension(
    "pybind11_loops",
    ["pybind11_loops.cpp", "loops/loops.c"],
    include_dirs=["."],
    cxx_std=17,
    extra_compile_args=["-O2"],
)
setup(
    name="pybind11_loops", version="0", ext_modules=[extension], cmdclass={"build_ext": build_ext}
)
