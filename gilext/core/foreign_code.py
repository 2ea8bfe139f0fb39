"""Other people's code, given as text: run as ours never is, and blamed for what it raises."""

from __future__ import annotations

import ast
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from types import MappingProxyType, TracebackType
from typing import Any, NamedTuple

_NO_NAMES: Mapping[str, object] = MappingProxyType({})


class ForeignCodeFailed(RuntimeError):
    """Other people's code raised; the message says what, with that code's lines, and none of ours."""


class Call(NamedTuple):
    """An expression to call, compiled, with the setup that runs once before."""

    setup: Any
    define: Any
    expression: str

    def prepare(self, what: str, names: Mapping[str, object] = _NO_NAMES) -> Callable[[], object]:
        """Run the setup, and return a function that evaluates the expression.

        Parameters
        ----------
        what : str
            What the setup is called, for the error.
        names : mapping of str to object
            What both find by name.

        Raises
        ------
        ForeignCodeFailed
            If the setup raises.
        """
        look_in_this_folder()
        known: dict[str, Any] = dict(names)
        with failing_as(what):
            exec(self.setup, known)
        exec(self.define, known)
        function: Callable[[], object] = known["call"]
        function.__qualname__ = " ".join(self.expression.split())
        return function


def compiled_call(setup: str, expression: str) -> Call:
    """Compile an expression and its setup; nothing is run.

    Raises
    ------
    ValueError
        If either is not Python code, or there is nothing to call.
    """
    try:
        prepare = compile(setup, "<setup>", "exec", dont_inherit=True)
        tree = ast.parse("def call(): pass")
        body = ast.parse(expression, "<call>").body
        if not body:
            raise ValueError("there is nothing to call")
        tree.body[0].body = body  # type: ignore[attr-defined]
        return Call(prepare, compile(tree, "<call>", "exec", dont_inherit=True), expression)
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise ValueError(f"not Python code: {error}") from error


def look_in_this_folder() -> None:
    """Let modules of this folder be imported, as ``python -m`` does."""
    with suppress(OSError):  # the folder may have been deleted
        if os.getcwd() not in sys.path:
            sys.path.insert(0, os.getcwd())


@contextmanager
def failing_as(
    what: str, passing: tuple[type[BaseException], ...] = (KeyboardInterrupt,)
) -> Iterator[None]:
    """Turn what other people's code raises, even SystemExit, into an error that says so.

    Parameters
    ----------
    what : str
        What the code is called.
    passing : tuple of types
        What goes through as it is.

    Raises
    ------
    ForeignCodeFailed
        If anything else is raised.
    """
    try:
        yield
    except passing:
        raise
    except BaseException as error:
        said = "".join(traceback.format_exception_only(error)).rstrip()
        lines = "".join(traceback.format_tb(_without_gilext(error.__traceback__)))
        raise ForeignCodeFailed(f"{what} raised {said}\n{lines}".rstrip()) from error


def _without_gilext(frames: TracebackType | None) -> TracebackType | None:
    while frames is not None and _is_inner(frames.tb_frame.f_globals.get("__name__", "")):
        frames = frames.tb_next
    return frames


def _is_inner(module: str) -> bool:
    return module.partition(".")[0] in ("gilext", "importlib")
