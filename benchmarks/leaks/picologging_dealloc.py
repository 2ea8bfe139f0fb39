"""The memory of the base classes.

See https://github.com/microsoft/picologging/pull/120.
"""

import picologging


def fn():
    picologging.StreamHandler()
    picologging.Logger("a logger")


calls = 20_000
