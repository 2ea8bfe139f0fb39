"""Runs a test again and again, and takes away what pytest itself leaves behind each time."""

from __future__ import annotations

import functools
import shutil
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import repeat
from logging import Handler, LogRecord
from pathlib import Path
from typing import Any

import pytest
from _pytest.fixtures import FixtureDef
from _pytest.runner import runtestprotocol

AGAIN = pytest.StashKey[bool]()


def is_again(item: pytest.Item) -> bool:
    """Return whether a test runs again, after the run that is reported."""
    return item.stash.get(AGAIN, False)


class NotJudged(Exception):
    """A test can't be judged; the message says why."""


class Rerunner:
    """Runs a test that has passed.

    Its own fixtures are set up and torn down each time; those of a wider scope stay. Nothing is
    reported.

    Parameters
    ----------
    item : pytest.Function
        The test.
    protocol : callable
        Calls what it is given inside the hook ``pytest_runtest_protocol``, with all that plugins
        do around a test.
    staying : iterable of FixtureDef
        The fixtures of a wider scope that are set up.
    """

    def __init__(
        self,
        item: pytest.Function,
        protocol: Callable[[Callable[[], None]], None],
        staying: Iterable[FixtureDef[Any]],
    ) -> None:
        self._item, self._protocol, self._staying = item, protocol, staying
        # A container's length, to which each run returns.
        lists: tuple[list[Any], ...] = (
            item.user_properties,
            item.own_markers,
            getattr(item, "_report_sections", []),
        )
        self._lengths = [(one, len(one)) for one in lists]
        # The next number of each name of a folder: a new name each time would stay in the table of
        # interned strings on CPython 3.12.
        factory = getattr(item.config, "_tmp_path_factory", None)
        self._numbers: dict[str, int] = getattr(factory, "_next_number", {})
        self._first_numbers = dict(self._numbers)
        self.runs = 0

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Keep live logs, and logs into a file, free of what is run again."""
        plugin = self._item.config.pluginmanager.getplugin("logging-plugin")
        handlers: list[Handler] = [
            getattr(plugin, name)
            for name in ("log_cli_handler", "log_file_handler")
            if hasattr(plugin, name)
        ]
        for handler in handlers:
            handler.addFilter(_is_never)
        self._item.stash[AGAIN] = True
        try:
            yield
        finally:
            del self._item.stash[AGAIN]
            for handler in handlers:
                handler.removeFilter(_is_never)

    def run_many(self, times: int) -> None:
        """Run the test so many times.

        Raises
        ------
        NotJudged
            When a run doesn't pass.
        """
        try:
            for _ in repeat(None, times):
                self._protocol(self._run)
        finally:
            self._clean()

    def _run(self) -> None:
        item = self._item
        self.runs += 1
        if isinstance(item.parent, pytest.Class):
            # A new object of the class, as for the first run.
            for name in ("_obj", "_instance"):
                item.__dict__.pop(name, None)
        # What pytest keeps of warnings is for the summary.
        with warnings.catch_warnings(record=True):
            reports = runtestprotocol(item, log=False, nextitem=item.parent)  # type: ignore[arg-type]
        self._numbers.update(self._first_numbers)
        for report in reports:
            if not report.passed:
                raise NotJudged(_why(report))

    def _clean(self) -> None:
        item = self._item
        for each, length in self._lengths:
            del each[length:]
        for definition in self._staying:
            _drop_ended(definition._finalizers)
        for node, (finalizers, _) in item.session._setupstate.stack.items():
            if node is not item:
                _drop_ended(finalizers)


def drop_tmp_path(fixturedef: FixtureDef[Any]) -> None:
    """Remove the folder of a ``tmp_path`` that ends."""
    if fixturedef.argname == "tmp_path" and fixturedef.cached_result is not None:
        folder = fixturedef.cached_result[0]
        if isinstance(folder, Path):
            shutil.rmtree(folder, ignore_errors=True)


def _drop_ended(finalizers: list[Any]) -> None:
    """Drop from a fixture that lives on what would end those that have ended, and what is double.

    pytest adds to a wider fixture how to end each one that was made of it, and never takes that
    away.
    """
    seen: set[int] = set()
    kept = []
    for finalizer in finalizers:
        is_partial = isinstance(finalizer, functools.partial)
        definition = getattr(finalizer.func, "__self__", None) if is_partial else None
        if isinstance(definition, FixtureDef):
            if definition.scope == "function" or id(definition) in seen:
                continue
            seen.add(id(definition))
        kept.append(finalizer)
    if len(kept) < len(finalizers):
        finalizers[:] = kept


def _why(report: pytest.TestReport) -> str:
    if report.skipped:
        return "it was skipped when it ran again"
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash is not None else str(report.longrepr)
    first = next(iter(text.splitlines()), "")
    where = "" if report.when == "call" else f" in its {report.when}"
    return f"it failed{where} when it ran again: {first[:200]}"


def _is_never(_: LogRecord) -> bool:
    return False
