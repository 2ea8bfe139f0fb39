"""Other people's code for the command line: functions by name, expressions, whole programs."""

from __future__ import annotations

import builtins
import io
import os
import runpy
import sys
import threading
import traceback
import zipfile
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

import click


def named_call(target: str, expressions: Sequence[str]) -> tuple[Callable[..., object], list[Any]]:
    """Return the function that ``package.module:name`` names, and the arguments' values.

    Raises
    ------
    click.UsageError
        When the name has another form, or there is no such module or function, or an argument
        is no Python expression.
    """
    module_name, _, name = target.partition(":")
    if not module_name or not name:
        raise click.UsageError(f"{target!r} is not of the form package.module:function")
    _look_where_python_would()
    try:
        value: Any = import_module(module_name)
        for part in name.split("."):
            value = getattr(value, part)
    except (ImportError, AttributeError) as error:
        raise click.UsageError(str(error)) from error
    if not callable(value):
        raise click.UsageError(f"{target} can't be called")
    return value, [_evaluate(expression, {}) for expression in expressions]


def compiled_call(setup: str, expression: str) -> Callable[[], object]:
    """Return a function that evaluates an expression, after running the setup once.

    Raises
    ------
    click.UsageError
        When either is no Python code.
    """
    _look_where_python_would()
    names: dict[str, Any] = {}
    try:
        exec(compile(setup, "<setup>", "exec"), names)
        code = compile(f"def call(): {expression}", "<call>", "exec")
    except SyntaxError as error:
        raise click.UsageError(f"{error.filename}: {error}") from error
    exec(code, names)
    function: Callable[[], object] = names["call"]
    return function


def _evaluate(expression: str, names: dict[str, Any]) -> Any:
    try:
        return eval(compile(expression, "<argument>", "eval"), names)
    except SyntaxError as error:
        raise click.UsageError(f"{expression!r} is no Python expression") from error


def _look_where_python_would() -> None:
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())


def run(module: str | None, program: Sequence[str]) -> int:
    """Run a script, or a module, as ``python`` would; return its exit code.

    It ends when its threads have ended, but for daemon threads. A traceback is printed as
    ``python`` prints it, without the frames of what ran the program.
    """
    arguments = list(program)
    try:
        if module is not None:
            _look_where_python_would()
            sys.argv = [module, *arguments]
            runpy.run_module(module, run_name="__main__", alter_sys=True)
        else:
            sys.argv = arguments
            _run_script(Path(arguments[0]))
    except SystemExit as stopped:
        return _exit_code(stopped.code)
    except BaseException as error:
        error.__traceback__ = _without_runner(error.__traceback__)
        traceback.print_exception(error)
        return 130 if isinstance(error, KeyboardInterrupt) else 1
    finally:
        _wait_for_threads()
    return 0


def _run_script(path: Path) -> None:
    """Run a script as ``__main__``, which it stays until the interpreter ends."""
    if path.is_dir() or zipfile.is_zipfile(path):
        runpy.run_path(str(path), run_name="__main__")
        return
    sys.path[0] = str(path.resolve().parent)
    with io.open_code(str(path.absolute())) as file:
        code = compile(file.read(), str(path), "exec")
    main = ModuleType("__main__")
    main.__file__ = str(path)
    main.__dict__["__builtins__"] = builtins
    sys.modules["__main__"] = main
    exec(code, main.__dict__)


def _wait_for_threads() -> None:
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()


def _exit_code(code: object) -> int:
    if code is None:
        return 0
    if isinstance(code, int):
        return code
    print(code, file=sys.stderr)
    return 1


def _without_runner(frames: TracebackType | None) -> TracebackType | None:
    own = {__file__, runpy.__file__, "<frozen runpy>"}
    while frames is not None and frames.tb_frame.f_code.co_filename in own:
        frames = frames.tb_next
    return frames
