"""Build the extension: ``pip install -e '.[test]'``, then ``pytest``."""

from setuptools import Extension, setup

setup(ext_modules=[Extension("minimal", ["minimal.c"])], py_modules=[])
