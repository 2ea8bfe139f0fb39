"""An array of an empty string.

See https://github.com/python/cpython/issues/140474.
"""

import array
import warnings

warnings.simplefilter("ignore")
fn = array.array
args = ("u", "")
