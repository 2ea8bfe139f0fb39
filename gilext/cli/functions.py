"""Other people's functions and expressions for ``gilext check`` and ``gilext leaks``."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from importlib import import_module
from typing import Any

import click

from gilext.core import foreign_code
from gilext.core.foreign_code import look_in_this_folder

_CALLED: tuple[Callable[[Any], Any], ...] = (
    click.argument("target", required=False, metavar="[MODULE:FUNCTION]"),
    click.option(
        "--arg",
        "arguments",
        multiple=True,
        metavar="EXPRESSION",
        help="An argument; repeat it for more.",
    ),
    click.option("--setup", default="", metavar="CODE", help="Code to run once, for --call."),
    click.option("--call", metavar="EXPRESSION", help="Call this expression, not a function."),
)


def called(command: Callable[..., object]) -> Callable[..., object]:
    """Give a command the parameters that `function_called` takes."""
    for decorate in reversed(_CALLED):
        command = decorate(command)
    return command


def function_called(
    target: str | None, arguments: Sequence[str], setup: str, call: str | None
) -> tuple[Callable[..., object], list[Any]]:
    """Return what to call, and the arguments' values.

    Raises
    ------
    click.UsageError
        If there is no such function, or something isn't Python code.
    click.ClickException
        If the module, an argument or the setup raises.
    """
    if call is not None:
        return compiled_call(setup, call), []
    return named_call(str(target), arguments)


def check_called(target: str | None, call: str | None) -> None:
    """Raise click.UsageError unless either a function or an expression was given."""
    if (target is None) == (call is None):
        raise click.UsageError("give either MODULE:FUNCTION or --call")


def named_call(target: str, expressions: Sequence[str]) -> tuple[Callable[..., object], list[Any]]:
    """Return the function that ``package.module:name`` names, and the arguments' values.

    Raises
    ------
    click.UsageError
        If the name has another form, or there is no such module or function, or an argument isn't
        a Python expression.
    click.ClickException
        If the module, or an argument, raises.
    """
    return named_function(target), [_evaluate(expression) for expression in expressions]


def named_function(target: str) -> Callable[..., object]:
    """Return the function that ``package.module:name`` names; errors as `named_object`."""
    value = named_object(target)
    if not callable(value):
        raise click.UsageError(f"{target} can't be called")
    function: Callable[..., object] = value
    return function


def named_exception(name: str) -> type[BaseException]:
    """Return an exception by its name: ``ValueError``, ``package.Error``, ``package:Type.Error``.

    Raises
    ------
    click.UsageError
        If there is none.
    click.ClickException
        If its module raises.
    """
    if ":" not in name:
        module, _, last = name.rpartition(".")
        name = f"{module or 'builtins'}:{last}"
    found = named_object(name)
    if not (isinstance(found, type) and issubclass(found, BaseException)):
        raise click.UsageError(f"{name} is no exception")
    return found


def named_object(target: str) -> Any:
    """Return the object that ``package.module:name`` names.

    Raises
    ------
    click.UsageError
        If the name has another form, or there is no such module or object.
    click.ClickException
        If the module raises.
    """
    module_name, _, name = target.partition(":")
    if not all(part.isidentifier() for part in [*module_name.split("."), *name.split(".")]):
        raise click.UsageError(f"{target!r} doesn't have the form package.module:name")
    look_in_this_folder()
    with failing_as(module_name):
        try:
            value: Any = import_module(module_name)
            for part in name.split("."):
                value = getattr(value, part)
        except (ImportError, AttributeError, SyntaxError) as error:
            raise click.UsageError(str(error)) from error
    return value


def compiled_call(setup: str, expression: str) -> Callable[[], object]:
    """Return a function that evaluates an expression, after running the setup once.

    Raises
    ------
    click.UsageError
        If either is not Python code.
    click.ClickException
        If the setup raises.
    """
    try:
        call = foreign_code.compiled_call(setup, expression)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    try:
        return call.prepare("--setup")
    except foreign_code.ForeignCodeFailed as error:
        raise click.ClickException(str(error)) from error


def _evaluate(expression: str) -> Any:
    try:
        code = compile(expression.strip(), "<argument>", "eval", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        raise click.UsageError(f"{expression!r} is not a Python expression") from error
    with failing_as(f"--arg {expression!r}"):
        return eval(code, {})


@contextmanager
def failing_as(what: str) -> Iterator[None]:
    """Turn what other people's code raises, even SystemExit, into an error that says so.

    Raises
    ------
    click.ClickException
        With that code's lines, and none of gilext's.
    """
    try:
        with foreign_code.failing_as(what, (click.ClickException, KeyboardInterrupt)):
            yield
    except foreign_code.ForeignCodeFailed as error:
        raise click.ClickException(str(error)) from error


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
