"""The file of an extension module that has no init function.

See https://github.com/python/cpython/issues/142776.
"""

import _imp
import importlib.machinery
import math  # an extension module of its own

path = math.__spec__.origin
spec = importlib.machinery.ModuleSpec("no_such", None, origin=path)
fn = _imp.create_dynamic
args = (spec, path)
raises = ImportError
calls = 200
