"""Open a file that isn't there with either module: python use.py mistake|repair."""

import os
import sys
from contextlib import suppress
from importlib import import_module

module = import_module(sys.argv[1])


def end_message() -> None:
    """Do something that fails and handles its own failure."""
    with suppress(OSError):
        os.close(-1)


try:
    module.open_file("no such file", end_message)
except OSError as error:
    print(f"OSError: {error}")
