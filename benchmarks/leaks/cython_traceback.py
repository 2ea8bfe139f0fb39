"""The traceback of what Python code raised (3.12).

See https://github.com/cython/cython/issues/5724.
"""

from collections import UserDict

import lib

fn = lib.get_spam
args = (UserDict(),)
raises = KeyError
