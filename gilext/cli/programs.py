"""Other people's programs, run in this process as ``python`` would run them."""

from __future__ import annotations

import builtins
import linecache
import os
import pkgutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from importlib.machinery import BuiltinImporter, SourceFileLoader, SourcelessFileLoader
from runpy import _run_module_as_main  # type: ignore[attr-defined]
from types import CodeType, ModuleType, TracebackType

_OF_THE_INTERPRETER = {"runpy", "importlib._bootstrap", "importlib._bootstrap_external"}


class Kind(Enum):
    """How a program is given: as a file, as a module for ``python -m``, or as code."""

    SCRIPT = "script"
    MODULE = "-m"
    CODE = "-c"

    @property
    def options(self) -> tuple[str, ...]:
        """What stands before the name."""
        return () if self is Kind.SCRIPT else (self.value,)


@dataclass(frozen=True, slots=True)
class Program:
    """What is to be run, and its arguments."""

    kind: Kind
    name: str
    arguments: Sequence[str]


def run(program: Program) -> None:
    """Run a program, once named, as ``__main__``, which it stays until the interpreter ends.

    What the program raises is raised here, even SystemExit: ending is the interpreter's business.
    A traceback is shown without the frames that ran the program.
    """
    main = sys.modules["__main__"] = ModuleType("__main__")
    main.__dict__.update(__builtins__=builtins)
    if sys.version_info < (3, 15):
        main.__dict__.update(__cached__=None)
    if sys.version_info < (3, 14):
        main.__annotations__ = {}
    try:
        if program.kind is Kind.MODULE:
            _set_first_folder(_this_folder())
            _run_module_as_main(program.name)
        elif program.kind is Kind.CODE:
            _run_code(main, program.name)
        elif program.name == "-":
            _run_stdin(main)
        elif pkgutil.get_importer(program.name) is not None:
            _run_folder(program.name)
        else:
            _run_script(main, program.name)
    except BaseException as error:
        _hide_own_frames(error)
        raise


def has_begun(error: BaseException) -> bool:
    """Tell whether the program had begun before the exception was raised."""
    frames = error.__traceback__
    while frames is not None:
        module = frames.tb_frame.f_globals.get("__name__", "")
        if module not in _OF_THE_INTERPRETER and not module.startswith("gilext.cli."):
            return True
        frames = frames.tb_next
    return False


def name_the_command_line(program: Program) -> None:
    """Set sys.argv and sys.orig_argv as if ``python`` had been given the program."""
    of_python = sys.orig_argv[: len(sys.orig_argv) - len(sys.argv)]
    if of_python[-1:] == ["-m"]:  # python -m gilext
        of_python.pop()
    options = program.kind.options
    sys.orig_argv = [*of_python, *options, program.name, *program.arguments]
    sys.argv = [*(options or [program.name]), *program.arguments]


def _run_script(main: ModuleType, name: str) -> None:
    path = os.path.join(_this_folder(), name)
    of_bytecode = path.endswith(".pyc")
    loader = (SourcelessFileLoader if of_bytecode else SourceFileLoader)("__main__", path)
    try:
        source = loader.get_data(path)
    except OSError as error:
        print(
            f"{sys.orig_argv[0]}: can't open file {path!r}: [Errno {error.errno}] {error.strerror}",
            file=sys.stderr,
        )
        raise SystemExit(2) from None
    _set_first_folder(os.path.dirname(os.path.realpath(path)))
    main.__dict__.update(__file__=path, __loader__=loader)
    code = (
        loader.get_code("__main__")
        if of_bytecode
        else compile(source, path, "exec", dont_inherit=True)
    )
    assert isinstance(code, CodeType)
    _execute_file(code, main)


def _run_stdin(main: ModuleType) -> None:
    _set_first_folder("")
    main.__dict__.update(__file__="<stdin>", __loader__=BuiltinImporter)
    _execute_file(compile(sys.stdin.buffer.read(), "<stdin>", "exec", dont_inherit=True), main)


def _run_code(main: ModuleType, text: str) -> None:
    _set_first_folder("")
    main.__dict__.update(__loader__=BuiltinImporter)
    if sys.version_info >= (3, 13):
        linecache.cache["<string>"] = len(text), None, text.splitlines(True), "<string>"
    exec(compile(text, "<string>", "exec", dont_inherit=True), main.__dict__)


def _execute_file(code: CodeType, main: ModuleType) -> None:
    """Execute a file's code, then flush its output, though its threads may go on."""
    try:
        exec(code, main.__dict__)
    finally:
        for stream in (sys.stderr, sys.stdout):
            with suppress(Exception):
                stream.flush()


def _run_folder(name: str) -> None:
    """Run the ``__main__`` of a folder or a zip archive."""
    path = os.path.join(_this_folder(), name)
    if sys.flags.safe_path:
        sys.path.insert(0, path)
    else:
        sys.path[0] = path
    _run_module_as_main("__main__", False)


def _set_first_folder(folder: str) -> None:
    if not sys.flags.safe_path:
        sys.path[0] = folder


def _this_folder() -> str:
    try:
        return os.getcwd()
    except OSError:  # it may have been deleted
        return ""


def _hide_own_frames(error: BaseException) -> None:
    """Let the program's own excepthook see only the program's frames.

    The interpreter calls it after the error has left `main`, and by then its traceback also has
    the frames of the command line.
    """
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_globals.get("__name__") == __name__:
        frames = frames.tb_next
    hook = getattr(sys, "excepthook", None)
    if hook is None:  # the program has deleted it
        return

    def show(kind: type[BaseException], value: BaseException, _: TracebackType | None) -> None:
        sys.excepthook = hook
        sys.last_traceback = value.__traceback__ = frames
        hook(kind, value, frames)

    sys.excepthook = show
