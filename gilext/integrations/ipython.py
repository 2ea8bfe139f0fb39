"""The magics of ``%load_ext gilext``: ``%gil``, ``%%gil`` and ``%gil_leaks``."""

from __future__ import annotations

import ast
import functools
import sys
from collections.abc import Callable, Mapping
from math import inf
from typing import Any, TypeVar

from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, line_cell_magic, line_magic, magics_class, no_var_expand
from IPython.display import display

from gilext.checking.checkup import Checkup, check
from gilext.recording.results import Recording
from gilext.recording.watch import DEFAULT_STALLS, watch
from gilext.references.leak_report import LeakReport
from gilext.references.leaks import (
    DEFAULT_RATE,
    DEFAULT_SECONDS,
    OPTIONS,
    check_leaks,
    check_limits,
)

LAST = "_gil"
_SECONDS = 0.5
_Result = TypeVar("_Result")
_NAMES = (("line", "gil"), ("cell", "gil"), ("line", "gil_leaks"))
_CALL = "_gilext_call"
_COMPUTING = (
    ast.Call,
    ast.BinOp,
    ast.UnaryOp,
    ast.Compare,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
    ast.NamedExpr,
    ast.Yield,
    ast.YieldFrom,
)


def load(shell: InteractiveShell) -> None:
    """Add the magics to a shell."""
    shell.register_magics(GilMagics)


def unload(shell: InteractiveShell) -> None:
    """Take the magics away again."""
    for kind, name in _NAMES:
        shell.magics_manager.magics[kind].pop(name, None)
    shell.magics_manager.registry.pop(GilMagics.__name__, None)


@magics_class
class GilMagics(Magics):
    """The magics; what the last one found is ``_gil``."""

    @no_var_expand
    @line_cell_magic
    def gil(self, line: str, cell: str | None = None) -> Checkup | None:
        """Check what an expression does with the GIL, or watch who holds it while a cell runs.

        ``%gil [-s SECONDS] expression`` calls the expression again and again, as ``gilext.check``
        does, and returns the `Checkup`. Of a call that has no other inside, the function is called
        straight from C; anything else is evaluated as a whole each time.

        ``%%gil [options]`` runs the cell once, inside of ``gilext.watch``, and shows the
        `Recording` below what the cell shows. An exception of the cell comes after it.

        The result is also the variable ``_gil``.

        Options
        -------
        -s SECONDS, --seconds SECONDS
            ``%gil``: for how long to call the expression; by default 0.5.
        -i SECONDS, --interval SECONDS
            ``%%gil``: the mean time between two samples.
        --stalls SECONDS
            ``%%gil``: a wait of that length is a stall; by default 0.02.
        --no-stalls, --no-lines
            ``%%gil``: don't note stalls; don't note the Python lines that hold the GIL.
        -r NAME, --recording NAME
            ``%%gil``: also assign the recording to this variable.
        -o FILE, --output FILE
            ``%%gil``: also save it; the suffix says as what: ``.html``, ``.json``, and others that
            ``Recording.save`` knows. May be given more than once.

        Examples
        --------
        ::

            In [1]: %gil json.loads(text)

            In [2]: checkup = %gil -s 2 hashlib.sha256(data)

            In [3]: %%gil --stalls 0.01 -o cell.html
               ...: run_threads()
        """
        __tracebackhide__ = True
        if cell is not None:
            self._watch(line, cell)
            return None
        options, code = self._options(line, "s:", ("seconds=",))
        if not code:
            raise UsageError("say what to check: %gil expression, or %%gil above a cell")
        seconds = options.number("s", "seconds") or _SECONDS
        fn, args, kwargs = self._call_of(code, {"seconds"})
        return self._kept(check(fn, *args, seconds=seconds, **kwargs))

    @no_var_expand
    @line_magic
    def gil_leaks(self, line: str) -> LeakReport:
        """Check what an expression leaks, as ``gilext.check_leaks`` does; return the report.

        ``%gil_leaks [-s SECONDS] [-r RATE] [-t] expression`` evaluates the expression again and
        again. Of a call that has no other inside, the function itself is called: its arguments are
        named in the report, and a coroutine is awaited. The result is also the variable ``_gil``.

        Options
        -------
        -s SECONDS, --seconds SECONDS
            The time after which to stop; by default 5.
        -r RATE, --rate RATE
            The smallest leak to look for, per call; by default 0.1, which is one in ten calls.
        -t, --trace
            Say which lines allocated what is left.

        Examples
        --------
        ::

            In [1]: %gil_leaks json.loads(text)

            In [2]: report = %gil_leaks -r 0.01 parser.parse(data)
        """
        options, code = self._options(line, "s:r:t", ("seconds=", "rate=", "trace"))
        if not code:
            raise UsageError("say what to check: %gil_leaks expression")
        seconds = options.number("s", "seconds") or DEFAULT_SECONDS
        rate = options.number("r", "rate") or DEFAULT_RATE
        try:
            seconds, rate = check_limits(seconds, rate)
        except ValueError as reason:
            raise UsageError(str(reason)) from None
        trace = options.has("t", "trace")
        fn, args, kwargs = self._call_of(code, OPTIONS)
        report = check_leaks(fn, *args, seconds=seconds, rate=rate, trace=trace, **kwargs)
        return self._kept(report)

    def _kept(self, result: _Result) -> _Result:
        self.shell.user_ns[LAST] = result
        return result

    def _options(self, line: str, letters: str, words: tuple[str, ...]) -> tuple[_Options, str]:
        """Return the options at the start of a line, and the code behind them as it stands."""
        found, code = self.parse_options(
            line, letters, *words, posix=False, strict=False, preserve_non_opts=True
        )
        return _Options(found), code.strip()

    def _call_of(
        self, line: str, taken: set[str]
    ) -> tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]:
        """Return what to call, and with what, to do what a line of code does.

        A call with a keyword that is taken by who calls it is wrapped.
        """
        tree = self._parsed(line)
        only = tree.body[0] if len(tree.body) == 1 else None
        wanted = only.value if isinstance(only, ast.Expr) else None
        if isinstance(wanted, ast.Call) and _is_alone(wanted):
            called = self._evaluated(wanted)
            if not taken & set(called.keywords):
                return called.func, called.args, called.keywords
            return _named(called, line), (), {}
        if wanted is not None:
            code, run = compile(ast.Expression(wanted), "<gil>", "eval"), eval
        else:
            code, run = compile(tree, "<gil>", "exec"), exec
        return _named(lambda: run(code, self.shell.user_ns), line), (), {}

    def _evaluated(self, call: ast.Call) -> functools.partial[Any]:
        """Evaluate the function and the arguments of a call, and don't call it."""
        call.args.insert(0, call.func)
        call.func = ast.copy_location(ast.Name(_CALL, ast.Load()), call)
        code = compile(ast.Expression(call), "<gil>", "eval")
        called: functools.partial[Any] = eval(code, self.shell.user_ns, {_CALL: functools.partial})
        return called

    def _parsed(self, text: str) -> ast.Module:
        """Parse code of the shell.

        Raises
        ------
        UsageError
            If it has an ``await`` of its own: a magic is called inside of the event loop.
        """
        shell = self.shell
        transformed = shell.transform_cell(text)
        if shell.should_run_async(text, transformed_cell=transformed):
            raise UsageError(
                "gilext's magics can't await: in a cell, use `with gilext.watch() as watched:`"
            )
        tree: ast.Module = shell.transform_ast(shell.compile.ast_parse(transformed))
        return tree

    def _watch(self, line: str, cell: str) -> None:
        __tracebackhide__ = True
        found, rest = self.parse_options(
            line,
            "i:r:o:",
            *("interval=", "stalls=", "no-stalls", "no-lines", "recording=", "output="),
        )
        if rest:
            raise UsageError(f"put what is to be watched below %%gil, not {rest!r} next to it")
        options = _Options(found)
        stalls = options.number("stalls") or DEFAULT_STALLS
        try:
            watching = watch(
                options.number("i", "interval"),
                None if options.has("no-stalls") else stalls,
                lines=not options.has("no-lines"),
            )
        except ValueError as reason:
            raise UsageError(str(reason)) from None
        run = self._runner(cell)
        watching.__enter__()
        try:
            run()
        finally:
            watching.__exit__(None, None, None)
            recording = self._kept(watching.recording)
            for name in options.texts("r", "recording"):
                self.shell.user_ns[name] = recording
            display(recording)
            _save(recording, options.texts("o", "output"))

    def _runner(self, cell: str) -> Callable[[], None]:
        """Return what runs a cell as the shell does: the last expression is shown."""
        shell = self.shell
        tree = self._parsed(cell)
        number = shell.displayhook.prompt_count
        name = shell.compile.cache(shell.transform_cell(cell), number, raw_code=cell)
        last = tree.body[-1:] if tree.body and isinstance(tree.body[-1], ast.Expr) else []
        first = tree.body[: len(tree.body) - len(last)]
        codes = [
            shell.compile(ast.Module(first, []), name, "exec"),
            *(shell.compile(ast.Interactive([node]), name, "single") for node in last),
        ]

        def run() -> None:
            __tracebackhide__ = True
            for code in codes:
                exec(code, shell.user_global_ns, shell.user_ns)

        return run


class _Options:
    """The options of a magic, each under its short or its long name."""

    def __init__(self, found: Mapping[str, str | list[str]]) -> None:
        self._found = found

    def has(self, *names: str) -> bool:
        """Return whether an option is there."""
        return any(name in self._found for name in names)

    def texts(self, *names: str) -> list[str]:
        """Return each value that an option was given."""
        values = (self._found.get(name, []) for name in names)
        return [one for value in values for one in ([value] if isinstance(value, str) else value)]

    def number(self, *names: str) -> float | None:
        """Return the number that an option was given last; None if it isn't there.

        Raises
        ------
        UsageError
            If that is no number above 0.
        """
        for text in self.texts(*names)[-1:]:
            try:
                number = float(text)
            except ValueError:
                number = 0.0
            if not 0 < number < inf:
                raise UsageError(f"option {names[-1]} must be a number above 0, not {text!r}")
            return number
        return None


def _is_alone(call: ast.Call) -> bool:
    """Return whether nothing in a call computes but the call itself."""
    parts = [part for part in ast.walk(call) if part is not call]
    return not any(isinstance(part, _COMPUTING) for part in parts)


def _named(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """Give a function the name that its report will have."""
    function.__qualname__ = name
    return function


def _save(recording: Recording, names: list[str]) -> None:
    """Write a recording to files; what can't be written must not hide what the cell raised."""
    for name in names:
        try:
            recording.save(name)
        except Exception as reason:
            print(f"gilext: can't write {name!r}: {reason}", file=sys.stderr)
        else:
            print(f"Written: {name}")
