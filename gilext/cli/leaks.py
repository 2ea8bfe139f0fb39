"""``gilext leaks``."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from gilext.cli import functions
from gilext.cli.numbers import Rate, Seconds
from gilext.cli.output import as_json, show, telling
from gilext.references.leaks import DEFAULT_RATE, DEFAULT_SECONDS, check_leaks

_SHOWN_AFTER = 2.0
_INTERRUPTED = 130


@click.command("leaks")
@functions.called
@click.option(
    "--raises",
    multiple=True,
    metavar="NAME",
    help="An exception that a call may end with: ValueError, package.Error. Repeat it for more.",
)
@click.option(
    "--also",
    multiple=True,
    metavar="MODULE:NAME",
    help="An object to watch by name. Repeat it for more.",
)
@click.option("--before-each", metavar="MODULE:FUNCTION", help="What to call before each call.")
@click.option("--after-each", metavar="MODULE:FUNCTION", help="What to call after each call.")
@click.option(
    "--seconds",
    type=Seconds(0.01, 86_400),
    default=DEFAULT_SECONDS,
    show_default=True,
    help="The time after which to stop.",
)
@click.option(
    "--rate",
    type=Rate(1e-6, 1),
    default=DEFAULT_RATE,
    show_default=True,
    help="The smallest leak to look for, per call: 0.1 is one in ten calls.",
)
@click.option("--trace", is_flag=True, help="Say which lines allocated what is left.")
@as_json
def command(
    target: str | None,
    arguments: tuple[str, ...],
    setup: str,
    call: str | None,
    raises: tuple[str, ...],
    also: tuple[str, ...],
    before_each: str | None,
    after_each: str | None,
    seconds: float,
    rate: float,
    trace: bool,
    as_json: bool,
) -> int:
    """Call a function repeatedly, and say what it leaks.

    Name it as package.module:function, with Python expressions as arguments, or give --call and
    --setup, as for timeit. What the function prints goes to stderr. The exit code is 1 if something leaks beyond doubt, or if the function
    raises what isn't named by --raises; it is 0 otherwise. Ctrl-C ends the check with what is known
    by then; the exit code is then 130 if nothing leaks so far.
    """
    functions.check_called(target, call)
    with functions.stdout_on_stderr():
        function, values = functions.function_called(target, arguments, setup, call)
        named = _objects_of(function) if call is not None else {}
        named |= {name: functions.named_object(name) for name in also}
        allowed = tuple(map(functions.named_exception, raises))
        before, after = (
            None if name is None else functions.named_function(name)
            for name in (before_each, after_each)
        )
        what = f"calling {target or call}"
        with (
            telling(what) as tell,
            functions.failing_as(target or "--call"),
            _asked_to_stop() as is_asked,
        ):

            def progress(passed: float, seconds: float) -> bool:
                if passed >= _SHOWN_AFTER:
                    tell(f"{what}: {passed:.0f} of at most {seconds:g} s")
                return is_asked()

            report = check_leaks(
                function, *values, raises=allowed, also=named, setup=before, teardown=after,
                seconds=seconds, rate=rate, trace=trace, progress=progress,
            )  # fmt: skip
    show(report, as_json)
    if is_asked():
        click.echo("gilext: interrupted, so this is what was known by then", err=True)
    return 1 if report.leaks else _INTERRUPTED if is_asked() else 0


def _objects_of(function: Any) -> dict[str, object]:
    """Return what the setup has made, by its names."""
    return {
        name: value
        for name, value in function.__globals__.items()
        if value is not function and not name.startswith("__")
    }


@contextmanager
def _asked_to_stop() -> Iterator[Callable[[], bool]]:
    """Let the first Ctrl-C in the block only be noted, and return whether there was one."""
    asked = False

    def note(*_: object) -> None:
        nonlocal asked
        asked = True
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, before)
