"""What the commands write: results to stdout, everything else to stderr."""

from __future__ import annotations

import errno
import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

import click

from gilext.core.layout import Line
from gilext.core.results import Result
from gilext.core.streams import write_through
from gilext.render import terminal


class _Page(io.StringIO):
    """Text in memory that looks to rich like the stream that it is for."""

    def __init__(self, stream: TextIO | None) -> None:
        super().__init__()
        self._stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return getattr(self._stream, "encoding", None) or "utf-8"

    def isatty(self) -> bool:
        with suppress(ValueError):  # the stream may have been closed
            return self._stream is not None and self._stream.isatty()
        return False

    def fileno(self) -> int:
        if self._stream is None:
            raise OSError("there is no stream")
        return self._stream.fileno()


as_json = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


def show(result: Result, as_json: bool) -> None:
    """Print a result on stdout, as text or as JSON."""
    print_out(json_of(result, indent=2) if as_json else text_of(result, sys.stdout))


def json_of(result: Result, indent: int | None = None) -> str:
    """Return a result as JSON, with a newline."""
    return json.dumps(result.to_dict(), indent=indent) + "\n"


def text_of(result: Result, stream: TextIO | None) -> str:
    """Return the text of a result, in the colours and the width that a stream can show."""
    page = _Page(stream)
    terminal.show(result, page)
    return page.getvalue()


def text_of_lines(shown: Iterable[Line], stream: TextIO | None) -> str:
    """Return lines as text, likewise."""
    page = _Page(stream)
    terminal.show_lines(shown, page)
    return page.getvalue()


def print_out(content: str) -> None:
    """Print text to stdout, or end with one line that says why that failed."""
    stream = sys.stdout
    if stream is None:
        raise click.ClickException("can't print the result: standard output is closed")
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
    try:
        stream.write(content)
        stream.flush()
    except OSError as error:
        # What couldn't be written must not be tried again when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        if error.errno == errno.EPIPE:
            raise SystemExit(1) from None
        raise click.ClickException(f"can't print the result: {error.strerror}") from None


@contextmanager
def failing_to_write(path: Path) -> Iterator[None]:
    """End the command with one line if the block can't write a file."""
    try:
        yield
    except OSError as error:
        raise click.ClickException(f"can't write {str(path)!r}: {error.strerror}") from error


@contextmanager
def telling(what: str) -> Iterator[Callable[[str], None]]:
    """While the block runs, show on a terminal what is being done; the block may change it."""
    stream = sys.stderr
    is_shown = stream is not None and stream.isatty()

    def tell(what: str) -> None:
        if is_shown:
            write_through(stream, f"\r\x1b[K{what} ...")

    tell(what)
    try:
        yield tell
    finally:
        if is_shown:
            write_through(stream, "\r\x1b[K")
