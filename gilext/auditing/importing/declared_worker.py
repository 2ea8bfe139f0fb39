"""The process that asks modules what they declare: ``python -m gilext.auditing.importing.declared_worker``.

Its arguments are two file descriptors. To one it writes the events of
`gilext.auditing.importing.import_worker`, and two more: that it has started, with whether the kernel has cut
the network, and that a module is done. From the other it reads the modules: JSON, pairs of a name
and, for what belongs to no package, its path. The end of its stdin is its own.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import astuple
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from typing import BinaryIO

from gilext.auditing.importing.import_worker import reason_of, write_event
from gilext.auditing.importing.isolation import cut_off
from gilext.auditing.importing.loading import LoadedModule, LoadWatch, loaded_before, loaded_now
from gilext.auditing.importing.supervision import supervise


def main(descriptor: str, modules: str) -> None:
    """Import the modules one after the other, and write what happens."""
    with open(int(modules), "rb") as file:
        wanted: list[tuple[str, str | None]] = json.load(file)
    supervise(leash=0, unused=int(descriptor))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.set_inheritable(int(descriptor), False)
    with open(int(descriptor), "ab", buffering=0) as events:
        Importing(events).run(wanted)


class Importing:
    """Imports modules, and writes what happens to a file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._process = os.getpid()
        self._noted: set[str] = set()

    def run(self, wanted: list[tuple[str, str | None]]) -> None:
        """Import them one after the other; the first that fails is the last."""
        self._write("started", cut_off())
        for loaded in loaded_before():
            self._note(loaded)
        with LoadWatch(self._note):
            if all(self._import(name, path) for name, path in wanted):
                self._write("ends")

    def _import(self, name: str, path: str | None) -> bool:
        place = name
        try:
            for place in [name] if path else _with_packages(name):
                self._write("begins", place)
                if path:
                    _load(name, path)
                else:
                    import_module(place)
        except BaseException as error:
            self._write("failed", place, *reason_of(place, error))
            return False
        if name not in self._noted and (loaded := loaded_now(name)):
            self._note(loaded)
        self._write("done", name)
        return True

    def _note(self, loaded: LoadedModule) -> None:
        self._noted.add(loaded.name)
        self._write("loaded", *astuple(loaded))

    def _write(self, *what: object) -> None:
        if os.getpid() != self._process:
            os._exit(0)  # A module has forked, and this is the child.
        write_event(self._file, *what)


def _with_packages(name: str) -> Iterator[str]:
    """Yield the packages around a module, the outermost first, and then itself."""
    for index, character in enumerate(name):
        if character == ".":
            yield name[:index]
    yield name


def _load(name: str, path: str) -> None:
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} has no suffix of an extension module of this interpreter")
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)


if __name__ == "__main__":
    main(*sys.argv[1:])
    # Neither threads nor what is to be done at exit matter here.
    os._exit(0)
