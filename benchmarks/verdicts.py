"""Whether check() says of real functions what their sources say.

Run ``python benchmarks/verdicts.py``; twenty rounds take about five minutes. It fails when one
verdict of all is wrong. The references are to CPython's sources, the same in 3.11 to 3.13.
"""

import argparse
import array
import base64
import bz2
import contextlib
import decimal
import hashlib
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
import sys
import textwrap
import threading
import time
import unicodedata
import zlib

import gilext

MIB = random.Random(1).randbytes(1 << 20)
FLOATS = [random.random() for _ in range(100_000)]
TABLE = json.dumps({str(number): number for number in range(20_000)})
ZEROS = os.open("/dev/zero", os.O_RDONLY)
SILENT, _OTHER_END = socket.socketpair()
SILENT.settimeout(0.003)
LOCKED = threading.Lock()
LOCKED.acquire()
DATABASE = sqlite3.connect(":memory:")
COUNTING = (
    "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 30000) "
    "SELECT max(n) FROM number"
)


def query():
    return DATABASE.execute(COUNTING).fetchone()


def receive_nothing():
    with contextlib.suppress(TimeoutError):
        SILENT.recv(1)


def add_up():
    total = 0
    for number in range(300_000):
        total += number
    return total


HOLDS, RELEASES, SHARES, TOO_SHORT = "holds", "releases", "shares", "too short to tell"

# What, how to call it, what it does, where its source says so.
FUNCTIONS = [
    ("hashlib.sha256, 1 MiB", (hashlib.sha256, MIB), RELEASES, "_hashopenssl.c: EVPnew, EVP_hash without the GIL from HASHLIB_GIL_MINSIZE (2048) on"),
    ("hashlib.sha3_512, 2000 bytes", (hashlib.sha3_512, MIB[:2000]), HOLDS, "the same, below HASHLIB_GIL_MINSIZE"),
    ("hashlib.sha256, 100 bytes", (hashlib.sha256, MIB[:100]), TOO_SHORT, "the same; about a microsecond"),
    ("hashlib.pbkdf2_hmac", (hashlib.pbkdf2_hmac, "sha256", b"password", b"salt", 5000), RELEASES, "_hashopenssl.c: pbkdf2_hmac_impl, around PKCS5_PBKDF2_HMAC"),
    ("zlib.compress", (zlib.compress, MIB), RELEASES, "zlibmodule.c: zlib_compress_impl, around deflate"),
    ("zlib.crc32, 1 MiB", (zlib.crc32, MIB), RELEASES, "zlibmodule.c: zlib_crc32_impl, above 5 KiB"),
    ("bz2.compress", (bz2.compress, MIB[:200_000]), RELEASES, "_bz2module.c: compress, around BZ2_bzCompress"),
    ("lzma.compress", (lzma.compress, MIB[:100_000]), RELEASES, "_lzmamodule.c: compress, around lzma_code"),
    ("bytes.join, 8 MiB", (b"".join, [MIB] * 8), RELEASES, "stringlib/join.h: drop_gil from GIL_THRESHOLD (1 MiB) on"),
    ("sqlite3 query", (query,), RELEASES, "_sqlite/cursor.c: stmt_step, around sqlite3_step"),
    ("time.sleep", (time.sleep, 0.003), RELEASES, "timemodule.c: pysleep"),
    ("select.select", (select.select, [], [], [], 0.003), RELEASES, "selectmodule.c: select_select_impl"),
    ("os.read, 1 MiB", (os.read, ZEROS, 1 << 20), RELEASES, "fileutils.c: _Py_read"),
    ("socket.recv, with a timeout", (receive_nothing,), RELEASES, "socketmodule.c: internal_select, around poll"),
    ("Lock.acquire, with a timeout", (LOCKED.acquire, True, 0.003), RELEASES, "_threadmodule.c: acquire_timed"),
    ("json.loads", (json.loads, TABLE), HOLDS, "_json.c: no release"),
    ("re.match", (re.compile("(a|b)*c").match, "ab" * 3000), HOLDS, "_sre/sre.c: no release"),
    ("pickle.dumps", (pickle.dumps, FLOATS), HOLDS, "_pickle.c: no release"),
    ("sorted", (sorted, FLOATS), HOLDS, "listobject.c: no release"),
    ("random.getrandbits", (random.getrandbits, 10**6), HOLDS, "_randommodule.c: no release"),
    ("struct.unpack", (struct.unpack, "131072d", MIB), HOLDS, "_struct.c: no release"),
    ("base64.b64encode", (base64.b64encode, MIB), HOLDS, "binascii.c: b2a_base64, no release"),
    ("math.factorial", (math.factorial, 5000), HOLDS, "mathmodule.c: no release"),
    ("sum of a range", (sum, range(200_000)), HOLDS, "bltinmodule.c: builtin_sum, no release"),
    ("array.byteswap", (array.array("d", FLOATS).byteswap,), HOLDS, "arraymodule.c: no release"),
    ("Decimal.sqrt", (decimal.Decimal(2).sqrt, decimal.Context(prec=20_000)), HOLDS, "_decimal.c: no release"),
    ("unicodedata.normalize", (unicodedata.normalize, "NFD", "é" * 50_000), HOLDS, "unicodedata.c: no release"),
    ("a loop in Python", (add_up,), SHARES, "ceval.c: the eval breaker at backward jumps"),
    ("textwrap.fill", (textwrap.fill, "one two three " * 3000), SHARES, "textwrap.py"),
    ("random.shuffle", (random.shuffle, FLOATS), SHARES, "random.py"),
]  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    right_in_all = 0
    for title, call, verdict, source in FUNCTIONS:
        verdicts = [gilext.check(*call).verdict for _ in range(rounds)]
        right = sum(found.startswith(verdict) for found in verdicts)
        right_in_all += right
        print(f"{right:3} of {rounds}  {title:30} {verdict:18} {source}", flush=True)
        for wrong in {found for found in verdicts if not found.startswith(verdict)}:
            print(f"            {wrong!r}")
    every = rounds * len(FUNCTIONS)
    print(f"{right_in_all} of {every} verdicts on {len(FUNCTIONS)} functions are right")
    sys.exit(right_in_all != every)


if __name__ == "__main__":
    main()
