"""Cython's usual tool: setuptools with cythonize()."""

from Cython.Build import cythonize
from setuptools import Extension, setup

extension = Extension(
    "cython_loops",
    ["cython_loops.pyx", "loops/loops.c"],
    include_dirs=["."],
    extra_compile_args=["-O2", "-std=c11"],
)
setup(name="cython_loops", version="0", ext_modules=cythonize([extension]))
