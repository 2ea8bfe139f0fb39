"""Other people's programs, run in this process as ``python`` would run them."""

from __future__ import annotations

import builtins
import os
import pkgutil
import sys
from collections.abc import Sequence
from importlib.machinery import BuiltinImporter, SourceFileLoader, SourcelessFileLoader
from runpy import _run_module_as_main  # type: ignore[attr-defined]
from types import CodeType, ModuleType, TracebackType

_OF_THE_INTERPRETER = {"runpy", "importlib._bootstrap", "importlib._bootstrap_external"}


def run(module: str | None, arguments: Sequence[str]) -> None:
    """Run a script, or a module, as ``__main__``, which it stays until the interpreter ends.

    What the program raises is raised here, be it SystemExit: its end is the interpreter's
    business. A traceback is shown without the frames of what ran the program.
    """
    _name_the_command_line(module, arguments)
    main = sys.modules["__main__"] = ModuleType("__main__")
    main.__dict__.update(__builtins__=builtins)
    if sys.version_info < (3, 15):
        main.__dict__.update(__cached__=None)
    if sys.version_info < (3, 14):
        main.__annotations__ = {}
    try:
        if module is not None:
            _set_first_folder(_this_folder())
            _run_module_as_main(module)
        elif arguments[0] == "-":
            _run_stdin(main)
        elif pkgutil.get_importer(arguments[0]) is not None:
            _run_folder(arguments[0])
        else:
            _run_script(main, arguments[0])
    except BaseException as error:
        _hide_own_frames(error)
        raise


def has_begun(error: BaseException) -> bool:
    """Tell whether the program ran at all, before something was raised."""
    frames = error.__traceback__
    while frames is not None:
        module = frames.tb_frame.f_globals.get("__name__", "")
        if module not in _OF_THE_INTERPRETER and not module.startswith("gilext.cli."):
            return True
        frames = frames.tb_next
    return False


def _name_the_command_line(module: str | None, arguments: Sequence[str]) -> None:
    """Set sys.argv and sys.orig_argv as if the program had been named to ``python``."""
    of_python = sys.orig_argv[: len(sys.orig_argv) - len(sys.argv)]
    if of_python[-1:] == ["-m"]:  # python -m gilext
        of_python.pop()
    named = [*arguments] if module is None else ["-m", module, *arguments]
    sys.orig_argv = [*of_python, *named]
    sys.argv = [*arguments] if module is None else ["-m", *arguments]


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
    exec(code, main.__dict__)


def _run_stdin(main: ModuleType) -> None:
    _set_first_folder("")
    main.__dict__.update(__file__="<stdin>", __loader__=BuiltinImporter)
    code = compile(sys.stdin.buffer.read(), "<stdin>", "exec", dont_inherit=True)
    exec(code, main.__dict__)


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
    """Let the program's own excepthook see its own frames only.

    The interpreter calls it when the error has left `main`, and by then its traceback has the
    frames of the command line too.
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
