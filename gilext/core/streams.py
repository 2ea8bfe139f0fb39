"""Writing to a stream that may be closed, full, or without a reader."""

from __future__ import annotations

import io
import os
import select
from contextlib import suppress
from typing import TextIO


def write_through(stream: TextIO | None, content: str) -> None:
    """Write to a stream, past its buffer, or do nothing if that is impossible.

    A program may have closed its stderr, or the reader of a pipe may be gone; nobody can be told
    then, and text left in the buffer would make the exit code 120. A program may have made its
    stderr non-blocking; what a full pipe refuses is written as soon as there is room.
    """
    if stream is None or (prepared := prepare(stream, content)) is None:
        return
    descriptor, rest = prepared
    with suppress(OSError, ValueError):
        while rest:
            rest = rest[_write_some(descriptor, rest) :]


def prepare(stream: TextIO, content: str) -> tuple[int, bytes] | None:
    """Return where a stream's content is to be written, past its buffer, and that as bytes.

    None if there is nothing left to do: the stream has no descriptor and has the content now, or
    it is closed.
    """
    with suppress(OSError, ValueError):
        stream.flush()
        try:
            descriptor = stream.fileno()
        except io.UnsupportedOperation:
            stream.write(content)
            stream.flush()
            return None
        return descriptor, content.encode(stream.encoding or "utf-8", "backslashreplace")
    return None


def _write_some(descriptor: int, content: bytes) -> int:
    try:
        return os.write(descriptor, content)
    except BlockingIOError:
        select.select([], [descriptor], [])
        return 0
