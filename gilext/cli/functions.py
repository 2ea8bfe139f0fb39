"""Other people's functions and expressions for ``gilext check``."""

from __future__ import annotations

import ast
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from importlib import import_module
from types import TracebackType
from typing import Any

import click


def named_call(target: str, expressions: Sequence[str]) -> tuple[Callable[..., object], list[Any]]:
    """Return the function that ``package.module:name`` names, and the arguments' values.

    Raises
    ------
    click.UsageError
        If the name has another form, or there is no such module or function, or an argument is
        no Python expression.
    click.ClickException
        If the module, or an argument, raises.
    """
    module_name, _, name = target.partition(":")
    if not all(part.isidentifier() for part in [*module_name.split("."), *name.split(".")]):
        raise click.UsageError(f"{target!r} is not of the form package.module:function")
    _look_in_this_folder()
    with failing_as(module_name):
        try:
            value: Any = import_module(module_name)
            for part in name.split("."):
                value = getattr(value, part)
        except (ImportError, AttributeError, SyntaxError) as error:
            raise click.UsageError(str(error)) from error
    if not callable(value):
        raise click.UsageError(f"{target} can't be called")
    return value, [_evaluate(expression) for expression in expressions]


def compiled_call(setup: str, expression: str) -> Callable[[], object]:
    """Return a function that evaluates an expression, after running the setup once.

    Raises
    ------
    click.UsageError
        If either is no Python code.
    click.ClickException
        If the setup raises.
    """
    _look_in_this_folder()
    names: dict[str, Any] = {}
    try:
        prepare = compile(setup, "<setup>", "exec", dont_inherit=True)
        tree = ast.parse("def call(): pass")
        body = ast.parse(expression, "<call>").body
        if not body:
            raise click.UsageError("--call has nothing to call")
        tree.body[0].body = body  # type: ignore[attr-defined]
        define = compile(tree, "<call>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        raise click.UsageError(f"no Python code: {error}") from error
    with failing_as("--setup"):
        exec(prepare, names)
    exec(define, names)
    function: Callable[[], object] = names["call"]
    return function


def _evaluate(expression: str) -> Any:
    try:
        code = compile(expression.strip(), "<argument>", "eval", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        raise click.UsageError(f"{expression!r} is no Python expression") from error
    with failing_as(f"--arg {expression!r}"):
        return eval(code, {})


def _look_in_this_folder() -> None:
    with suppress(OSError):  # the folder may have been deleted
        if os.getcwd() not in sys.path:
            sys.path.insert(0, os.getcwd())


@contextmanager
def failing_as(what: str) -> Iterator[None]:
    """Turn what other people's code raises, be it SystemExit, into an error that says so.

    Raises
    ------
    click.ClickException
        With the lines of that code, without ours.
    """
    try:
        yield
    except (click.ClickException, KeyboardInterrupt):
        raise
    except BaseException as error:
        said = "".join(traceback.format_exception_only(error)).rstrip()
        lines = "".join(traceback.format_tb(_without_gilext(error.__traceback__)))
        raise click.ClickException(f"{what} raised {said}\n{lines}".rstrip()) from error


def _without_gilext(frames: TracebackType | None) -> TracebackType | None:
    while frames is not None and _is_inner(frames.tb_frame.f_globals.get("__name__", "")):
        frames = frames.tb_next
    return frames


def _is_inner(module: str) -> bool:
    return module.partition(".")[0] in ("gilext", "importlib")


@contextmanager
def stdout_on_stderr() -> Iterator[None]:
    """Send to stderr what the block prints, from Python or from C."""
    stdout = sys.stdout
    with suppress(OSError, ValueError, AttributeError):
        stdout.flush()
    try:
        kept = os.dup(1)
    except OSError:  # stdout is closed
        kept = None
    try:
        if kept is not None:
            _duplicate_onto_stdout(2)
        with redirect_stdout(sys.stderr):
            yield
    finally:
        with suppress(OSError, ValueError, AttributeError):
            stdout.flush()
        if kept is not None:
            os.dup2(kept, 1)
            os.close(kept)


def _duplicate_onto_stdout(descriptor: int) -> None:
    try:
        os.dup2(descriptor, 1)
    except OSError:  # stderr is closed
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.close(nowhere)
