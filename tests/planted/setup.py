"""Build the module of planted leaks: ``python setup.py build_ext --build-lib FOLDER``."""

from setuptools import Extension, setup

setup(name="planted", ext_modules=[Extension("planted", ["planted.c", "rare.c"])])
