"""The process that imports other people's modules: ``python -m gilext.auditing.importing.import_worker``.

Its arguments are a file and the modules. It writes a line of Python literals for each thing that
happens, at once, as the next import may be this process's last: that one begins, that an extension
module was loaded, that an import failed, or the end.
"""

from __future__ import annotations

import os
import sys
from dataclasses import astuple
from importlib import import_module
from typing import BinaryIO

from gilext.auditing.importing.loading import LoadedModule, LoadWatch, loaded_before
from gilext.core.environment import is_gil_enabled


def main(path: str, *modules: str) -> None:
    """Import the modules one after the other, and write what happens to a file."""
    with open(path, "ab", buffering=0) as file:

        def note(loaded: LoadedModule) -> None:
            write_event(file, "loaded", *astuple(loaded))

        for loaded in loaded_before():
            if loaded.name.partition(".")[0] != "gilext" or "gilext" in modules:
                note(loaded)
        with LoadWatch(note):
            for module in modules:
                write_event(file, "begins", module)
                try:
                    import_module(module)
                except BaseException as error:
                    write_event(file, "failed", module, *reason_of(module, error))
                    return
        write_event(file, "ends", is_gil_enabled())


def reason_of(module: str, error: BaseException) -> tuple[bool, str]:
    """Return whether a module isn't there at all, and the exception in one line."""
    is_missing = isinstance(error, ModuleNotFoundError) and (
        f"{module}.".startswith(f"{error.name}.")
    )
    kind, (first_line, *_) = type(error).__name__, str(error).split("\n")
    return is_missing, f"{kind}: {first_line}" if first_line else kind


def write_event(file: BinaryIO, *what: object) -> None:
    """Write one line."""
    file.write(ascii(what).encode("ascii") + b"\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
    # Neither threads nor what is to be done at exit matter here.
    os._exit(0)
