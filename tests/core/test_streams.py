"""Writing to streams that may be closed, full, or without a reader."""

import io
import os
import threading
from contextlib import suppress

import pytest

from gilext.core.streams import write_through


def opened(descriptor):
    return open(descriptor, "w", encoding="ascii", closefd=False)


@pytest.fixture
def pipe():
    reader, writer = os.pipe()
    yield reader, writer
    for descriptor in (reader, writer):
        with suppress(OSError):
            os.close(descriptor)


def test_text_stands_after_what_the_stream_has_and_in_characters_that_it_has(pipe):
    reader, writer = pipe
    stream = opened(writer)
    stream.write("first, ")

    write_through(stream, "\xb1 \ud800\n")

    assert os.read(reader, 100) == rb"first, \xb1 \ud800" + b"\n"


def test_pipe_that_does_not_block_gets_all(pipe):
    reader, writer = pipe
    os.set_blocking(writer, False)
    read = []

    def read_on():
        while some := os.read(reader, 1000):
            read.append(some)

    thread = threading.Thread(target=read_on)
    thread.start()
    write_through(opened(writer), "x" * 2**20)
    os.close(writer)
    thread.join()

    assert b"".join(read) == b"x" * 2**20


def test_stream_in_memory_gets_the_text():
    stream = io.StringIO()

    write_through(stream, "said")

    assert stream.getvalue() == "said"


def test_stream_that_is_gone_is_no_error(pipe):
    reader, writer = pipe
    os.close(reader)
    write_through(opened(writer), "to nobody")
    closed = io.StringIO()
    closed.close()
    write_through(closed, "to nobody")
    write_through(None, "to nobody")
