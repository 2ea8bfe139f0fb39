"""Calls of the standard library, and what CPython's sources say each does with the GIL.

The references are to files of CPython's sources, 3.11 to 3.15.
"""

from __future__ import annotations

import array
import base64
import bz2
import collections
import contextlib
import decimal
import hashlib
import io
import itertools
import json
import lzma
import math
import os
import pickle
import random
import re
import select
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
import unicodedata
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from gilext.checking.terms import terms_of
from gilext.core.environment import is_gil_enabled

# Without a GIL, what holds it stays attached, and what releases it detaches.
HOLDS, RELEASES = terms_of(is_gil_enabled()).keeping, terms_of(is_gil_enabled()).freeing
SHARES, UNSEEN = "shares", "not enough evidence"

_COUNTING = (
    "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 30000) "
    "SELECT max(n) FROM number"
)
_WAIT_SECONDS = 0.003
_HASH_SIZES = "2,048 bytes and more" if sys.version_info < (3, 15) else "above 2,048 bytes"
_TYPIST = f"""
import os, time
while os.read(0, 1):
    time.sleep({_WAIT_SECONDS})
    os.write(1, b"y\\n")
"""


class StandardCall(NamedTuple):
    """A call, the verdict that its source calls for, and where the source says so."""

    name: str
    function: Callable[..., object]
    arguments: tuple[Any, ...]
    verdict: str
    source: str


def add_up() -> int:
    """Add up numbers in Python."""
    total = 0
    for number in range(300_000):
        total += number
    return total


def ask_for_process_id(times: int) -> None:
    """Make a system call that never waits, again and again, from C code alone."""
    collections.deque(itertools.starmap(os.getpid, itertools.repeat((), times)), maxlen=0)


@contextlib.contextmanager
def typist() -> Iterator[Callable[[], str]]:
    """Return a function that calls ``input()`` for a line that another process takes a while for."""
    command = [sys.executable, "-I", "-S", "-c", _TYPIST]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, bufsize=0) as process:
        request, answers = process.stdin, process.stdout
        assert request is not None and answers is not None
        with open(answers.fileno(), encoding="ascii", closefd=False) as lines:

            def read_line() -> str:
                request.write(b"?")
                with contextlib.redirect_stdout(io.StringIO()), _stdin(lines):
                    return input()

            yield read_line


@contextlib.contextmanager
def _stdin(stream: io.TextIOBase) -> Iterator[None]:
    usual, sys.stdin = sys.stdin, stream
    try:
        yield
    finally:
        sys.stdin = usual


@contextlib.contextmanager
def standard_calls() -> Iterator[tuple[StandardCall, ...]]:
    """Return all calls; what they read from is closed when the block ends."""
    with contextlib.ExitStack() as stack:
        yield _calls(stack)


def _calls(stack: contextlib.ExitStack) -> tuple[StandardCall, ...]:
    numbers = random.Random(1)
    mebibyte = numbers.randbytes(1 << 20)
    floats = [numbers.random() for _ in range(100_000)]
    table = json.dumps({str(number): number for number in range(20_000)})
    zeros = os.open("/dev/zero", os.O_RDONLY)
    stack.callback(os.close, zeros)
    silent, other_end = socket.socketpair()
    stack.enter_context(silent)
    stack.enter_context(other_end)
    silent.settimeout(_WAIT_SECONDS)
    locked = threading.Lock()
    locked.acquire()
    database = sqlite3.connect(":memory:")
    stack.callback(database.close)

    folder = stack.enter_context(tempfile.TemporaryDirectory())
    file = os.open(Path(folder, "file"), os.O_RDWR | os.O_CREAT)
    stack.callback(os.close, file)
    os.write(file, mebibyte * 8)
    read_line = stack.enter_context(typist())

    def write_to_disk() -> None:
        os.pwrite(file, mebibyte, 0)
        os.fsync(file)

    def query() -> object:
        return database.execute(_COUNTING).fetchone()

    def receive_nothing() -> None:
        with contextlib.suppress(TimeoutError):
            silent.recv(1)

    def call(
        name: str, verdict: str, source: str, function: Callable[..., object], *arguments: Any
    ) -> StandardCall:
        return StandardCall(name, function, arguments, verdict, source)

    return (
        call("hashlib.sha256, 1 MiB", RELEASES, f"_hashopenssl.c, hashlib.h: {_HASH_SIZES}", hashlib.sha256, mebibyte),
        call("hashlib.sha3_512, 2000 bytes", HOLDS, f"the same: released {_HASH_SIZES}", hashlib.sha3_512, mebibyte[:2000]),
        call("hashlib.sha256, 100 bytes", UNSEEN, "the same; about a microsecond", hashlib.sha256, mebibyte[:100]),
        call("hashlib.pbkdf2_hmac", RELEASES, "_hashopenssl.c: around PKCS5_PBKDF2_HMAC", hashlib.pbkdf2_hmac, "sha256", b"password", b"salt", 5000),
        call("zlib.compress", RELEASES, "zlibmodule.c: around deflate", zlib.compress, mebibyte),
        call("zlib.crc32, 1 MiB", RELEASES, "zlibmodule.c: above 5 KiB", zlib.crc32, mebibyte),
        call("bz2.compress", RELEASES, "_bz2module.c: around BZ2_bzCompress", bz2.compress, mebibyte[:200_000]),
        # At its usual preset, 6, it holds the GIL while it allocates 94 MiB.
        call("lzma.compress, preset 0", RELEASES, "_lzmamodule.c: around lzma_code", lzma.compress, mebibyte[:100_000], lzma.FORMAT_XZ, -1, 0),
        call("bytes.join, 8 MiB", RELEASES, "stringlib/join.h: 1 MiB and more in bytes objects", b"".join, [mebibyte] * 8),
        call("sqlite3 query", RELEASES, "_sqlite/cursor.c: around sqlite3_step", query),
        call("time.sleep", RELEASES, "timemodule.c: pysleep", time.sleep, _WAIT_SECONDS),
        call("select.select", RELEASES, "selectmodule.c: select_select_impl", select.select, [], [], [], _WAIT_SECONDS),
        call("os.read, 1 MiB of a device", RELEASES, "fileutils.c: _Py_read", os.read, zeros, 1 << 20),
        call("os.pread, 8 MiB of a file", RELEASES, "posixmodule.c: around pread", os.pread, file, 8 << 20, 0),
        call("os.pwrite, os.fsync of a file", RELEASES, "posixmodule.c: around pwrite, fsync", write_to_disk),
        call("input, from another process", RELEASES, "fileutils.c: _Py_read", read_line),
        call("socket.recv, with a timeout", RELEASES, "socketmodule.c: around poll", receive_nothing),
        call("Lock.acquire, with a timeout", RELEASES, "_threadmodule.c: acquire_timed", locked.acquire, True, _WAIT_SECONDS),
        call("os.getpid, 20,000 times", HOLDS, "posixmodule.c: no release", ask_for_process_id, 20_000),
        call("json.loads", HOLDS, "_json.c: no release", json.loads, table),
        call("re.match", HOLDS, "_sre/sre.c: no release", re.compile("(a|b)*c").match, "ab" * 3000),
        call("pickle.dumps", HOLDS, "_pickle.c: no release", pickle.dumps, floats),
        call("sorted", HOLDS, "listobject.c: no release", sorted, floats),
        call("random.getrandbits", HOLDS, "_randommodule.c: no release", random.getrandbits, 10**6),
        call("struct.unpack", HOLDS, "_struct.c: no release", struct.unpack, "131072d", mebibyte),
        call("base64.b64encode", HOLDS, "binascii.c: no release", base64.b64encode, mebibyte),
        call("math.factorial", HOLDS, "mathmodule.c: no release", math.factorial, 5000),
        call("sum of a range", HOLDS, "bltinmodule.c: no release", sum, range(200_000)),
        call("array.byteswap", HOLDS, "arraymodule.c: no release", array.array("d", floats).byteswap),
        call("Decimal.sqrt", HOLDS, "_decimal.c: no release", decimal.Decimal(2).sqrt, decimal.Context(prec=20_000)),
        call("unicodedata.normalize", HOLDS, "unicodedata.c: no release", unicodedata.normalize, "NFD", "é" * 50_000),
        call("a loop in Python", SHARES, "ceval.c: the eval breaker at backward jumps", add_up),
        call("textwrap.fill", SHARES, "textwrap.py", textwrap.fill, "one two three " * 3000),
        call("random.shuffle", SHARES, "random.py", random.shuffle, floats),
    )  # fmt: skip
