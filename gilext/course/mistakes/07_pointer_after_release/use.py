"""Empty a bytearray while either module adds up its bytes: python use.py mistake|repair."""

import sys
from importlib import import_module

module = import_module(sys.argv[1])
data = bytearray(64 * 1024 * 1024)


def empty_it() -> None:
    """Have the bytearray free its memory, if it may."""
    try:
        data.clear()
        print("the bytearray is empty now")
    except BufferError as error:
        print(f"BufferError: {error}")


print("the total is", module.total(data, empty_it))
