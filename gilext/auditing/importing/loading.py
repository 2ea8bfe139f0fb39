"""Notes each extension module at the moment at which it is loaded, and who imported it."""

from __future__ import annotations

import _imp
import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType, TracebackType
from typing import Any

from gilext.auditing.importing.slots import BROUGHT_BACK, Declaration, declaration_of
from gilext.core.environment import is_free_threaded_build
from gilext.core.gil_origin import loaded_extensions

# What runs the imports of a program: no part of its chains.
_OUTSIDE = {"__main__", "_pytest"}
_WARNING = "The global interpreter lock (GIL) has been enabled to load module '{}'"
# Kept, as a test may put another in its place.
_IS_GIL_ENABLED = getattr(sys, "_is_gil_enabled", lambda: True)
_LOADERS = ("create_dynamic", "create_builtin")


@dataclass(frozen=True, slots=True)
class LoadedModule:
    """An extension module that was loaded.

    Attributes
    ----------
    name, path : str
        Its name and its file.
    chain : tuple of str
        The modules through which it was imported, the outermost first, itself last. Only itself
        if it was loaded before anything was noted.
    importer_path : str or None
        The file that has the innermost import statement; None if C code imported it, or if that
        isn't known.
    importer_line : int or None
        The line of it.
    declares : str
        What it does about the GIL, in words.
    needs_gil : bool or None
        Whether a free-threaded build switches its GIL on for it; None if that can't be told here.
    brought_gil_back : bool
        Whether the GIL of this process came back with it, by what was observed.
    phases, interpreters, state_bytes, methods
        As of `gilext.auditing.results.Declared`.
    """

    name: str
    path: str
    chain: tuple[str, ...]
    importer_path: str | None
    importer_line: int | None
    declares: str
    needs_gil: bool | None
    brought_gil_back: bool
    phases: str | None
    interpreters: str | None
    state_bytes: int | None
    methods: tuple[str, ...]

    @property
    def way(self) -> str:
        """Its chain, in one line."""
        return " → ".join(self.chain)

    @property
    def line(self) -> str:
        """The line that imports it: ``" (package/__init__.py:3)"``, or nothing."""
        return f" ({self.importer_path}:{self.importer_line})" if self.importer_path else ""


def loaded_before() -> list[LoadedModule]:
    """Return the extension modules that aren't CPython's own and are loaded now.

    If just one of them needs the GIL, it has brought it back. In which order they were begun isn't
    known: ``sys.modules`` has them in that of their ends.
    """
    found = [
        (name, path, declared)
        for name, path, module in loaded_extensions()
        if is_noted(name, declared := declaration_of(module, path))
    ]
    is_alone = sum(declared.needs_gil is True for *_, declared in found) == 1
    return [
        _loaded(
            name, path, ((name,), None, None), declared,
            is_alone and declared.needs_gil is True and is_gil_back(),
        )
        for name, path, declared in found
    ]  # fmt: skip


def loaded_now(name: str) -> LoadedModule | None:
    """Return an extension module that is loaded, or built in; None if there is none of this name."""
    found = {one: (path, module) for one, path, module in loaded_extensions()}
    if name in sys.builtin_module_names and name in sys.modules:
        found[name] = ("built-in", sys.modules[name])
    if name not in found:
        return None
    path, module = found[name]
    return _loaded(name, path, ((name,), None, None), declaration_of(module, path), False)


def _loaded(
    name: str,
    path: str,
    way: tuple[tuple[str, ...], str | None, int | None],
    declared: Declaration,
    brought_gil_back: bool,
) -> LoadedModule:
    return LoadedModule(
        name, path, *way, declared.words, declared.needs_gil, brought_gil_back, declared.phases,
        declared.interpreters, declared.state_bytes, declared.methods,
    )  # fmt: skip


def is_noted(name: str, declared: Declaration) -> bool:
    """Return whether a module is worth a note: CPython's own are only if they need the GIL."""
    return declared.needs_gil is True or name.partition(".")[0] not in sys.stdlib_module_names


class LoadWatch:
    """While its block lasts, calls a function with each extension module that is loaded.

    Modules of CPython's own are left out unless they need the GIL. A module is noted after it was
    made and before its code runs: before those that it imports itself, but for what a single-phase
    module imports.
    """

    def __init__(self, note: Callable[[LoadedModule], None]) -> None:
        self._note = note
        self._originals: dict[str, Callable[..., Any]] = {}
        self._is_back = False

    def __enter__(self) -> LoadWatch:
        """Begin."""
        self._is_back = is_gil_back()
        for name in _LOADERS:
            self._originals[name] = getattr(_imp, name)
            setattr(_imp, name, self._noting(self._originals[name]))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        """End."""
        for name, original in self._originals.items():
            setattr(_imp, name, original)

    def _noting(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def create(spec: Any, *rest: Any) -> Any:
            frame = sys._getframe(1)
            try:
                module = original(spec, *rest)
            except RuntimeWarning as warning:
                # CPython's own, when warnings are errors; the GIL is on all the same.
                if str(warning).startswith(_WARNING.format(spec.name)):
                    self._noted(spec, Declaration(BROUGHT_BACK, True), frame)
                raise
            self._noted(spec, declaration_of(module, str(spec.origin)), frame)
            return module

        return create

    def _noted(self, spec: Any, declared: Declaration, frame: FrameType) -> None:
        brought = declared.needs_gil is True and not self._is_back and is_gil_back()
        self._is_back = self._is_back or brought
        if is_noted(spec.name, declared):
            way = chain_of(spec.name, frame)
            self._note(_loaded(spec.name, str(spec.origin), way, declared, brought))


def chain_of(name: str, frame: FrameType | None) -> tuple[tuple[str, ...], str | None, int | None]:
    """Return through which modules one is imported, and the innermost line that imports.

    Parameters
    ----------
    name : str
        The module that is loaded.
    frame : frame or None
        The frame in which that happens.

    Returns
    -------
    chain : tuple of str
        The outermost first, `name` last. A module that imports in a function is in it as well.
    path : str or None
        The file of the innermost line; None if C code imports.
    line : int or None
        Its number.
    """
    chain = [name]
    path, line, is_importing = None, None, True
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if module.partition(".")[0] in _OUTSIDE:
            break
        if _is_of_the_import(frame, module):
            is_importing = True
            module = ""
            if frame.f_code.co_name == "_load_unlocked":
                module = frame.f_locals["spec"].name
        elif is_importing:
            is_importing = False
            if len(chain) == 1:
                path, line = frame.f_code.co_filename, frame.f_lineno
        else:
            module = ""
        if module and module != chain[-1]:
            chain.append(module)
        frame = frame.f_back
    return tuple(reversed(chain)), path, line


def _is_of_the_import(frame: FrameType, module: str) -> bool:
    """Return whether a frame is of what imports, or of what watches it."""
    is_frozen = frame.f_code.co_filename.startswith("<frozen importlib")
    return is_frozen or module in ("importlib", __name__)


def is_gil_back() -> bool:
    """Return whether a free-threaded build runs with its GIL."""
    return is_free_threaded_build() and bool(_IS_GIL_ENABLED())
