"""Whether check_leaks() finds what is planted, and clears the standard library.

Run ``python benchmarks/leak_check.py`` from the source tree; it takes about two minutes. It fails
when one planted leak is missed or misnamed, or one function of the library is accused.
"""

import base64
import binascii
import bisect
import collections
import copy
import datetime
import decimal
import difflib
import fractions
import hashlib
import heapq
import io
import itertools
import json
import math
import operator
import os
import pickle
import random
import re
import statistics
import string
import struct
import sys
import tempfile
import textwrap
import time
import unicodedata
import uuid
import zlib
from pathlib import Path

from gilext import check_leaks, is_immortal

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "planted"))
from planting import CASES, plant

RUNS = 20
NUMBERS = list(range(30))
LIBRARY = [
    (len, (NUMBERS,)), (sum, (NUMBERS,)), (max, (NUMBERS,)), (sorted, (NUMBERS,)),
    (list, (NUMBERS,)), (dict, ([(1, 2)],)), (set, (NUMBERS,)), (tuple, (NUMBERS,)),
    (str, (12345,)), (repr, ({"a": 1},)), (int, ("12345678901234567890",)), (float, ("1.5",)),
    (bytes.hex, (b"abc",)), (str.split, ("a b c",)), (str.join, (",", ["a", "b"])),
    (str.format, ("{} {}", 1, 2)), ("a%s".__mod__, ("b",)), (divmod, (10**20, 7)),
    (pow, (3, 100, 10**9)), (base64.b64encode, (b"x" * 50,)), (binascii.crc32, (b"x" * 50,)),
    (bisect.bisect, (NUMBERS, 7)), (collections.Counter, ("hello",)),
    (collections.OrderedDict, ([(1, 2)],)), (copy.deepcopy, ({"a": [1]},)),
    (datetime.datetime.fromisoformat, ("2026-01-02T03:04:05",)), (decimal.Decimal, ("1.25",)),
    (difflib.get_close_matches, ("appel", ["apple", "peach"])), (fractions.Fraction, ("3/9",)),
    (hashlib.sha256, (b"x" * 100,)), (heapq.nsmallest, (3, NUMBERS)), (io.StringIO, ("abc",)),
    (itertools.accumulate, (NUMBERS,)), (json.dumps, ({"a": [1, None]},)),
    (json.loads, ('{"a": [1, null]}',)), (math.comb, (40, 20)), (math.fsum, ([0.1] * 9,)),
    (operator.itemgetter(1), ([1, 2],)), (os.path.join, ("a", "b")), (os.fspath, ("a",)),
    (pickle.dumps, ([1, "a"],)), (pickle.loads, (pickle.dumps([1, "a"]),)),
    (random.Random(1).random, ()), (re.findall, ("a+", "aabaa")), (re.sub, ("a", "b", "aa")),
    (statistics.fmean, ([1.0, 2.0],)), (string.capwords, ("a b",)),
    (struct.pack, ("3i", 1, 2, 3)), (struct.unpack, ("3i", bytes(12))),
    (textwrap.dedent, ("  a\n  b",)), (time.gmtime, (0,)), (time.strftime, ("%Y",)),
    (unicodedata.normalize, ("NFD", "é")), (uuid.uuid5, (uuid.NAMESPACE_DNS, "x")),
    (zlib.compress, (b"x" * 200,)), (zlib.crc32, (b"x" * 200,)),
]  # fmt: skip


def main():
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        planted = plant(folder)
        for name, (make, options, of) in CASES.items():
            if name == "none" and is_immortal(None):
                print("None is immortal on this version: nothing can leak")
                continue
            reports = [
                check_leaks(getattr(planted, f"leak_{name}"), *make(), **options)
                for _ in range(RUNS)
            ]
            found = sum([leak.of for leak in report.leaks] == [of] for report in reports)
            cleared = sum(
                not check_leaks(getattr(planted, f"sound_{name}"), *make(), **options).leaks
                for _ in range(RUNS)
            )
            wrong += 2 * RUNS - found - cleared
            print(f"{name:10} found and named {found} of {RUNS}, its twin cleared {cleared}")
    accused = 0
    for function, arguments in LIBRARY:
        reports = [check_leaks(function, *arguments) for _ in range(RUNS)]
        for report in reports:
            if report.leaks:
                accused += 1
                print(f"accused: {report.sentence}")
    print(f"{accused} false alarms in {RUNS} runs over {len(LIBRARY)} functions")
    sys.exit(wrong + accused > 0)


if __name__ == "__main__":
    main()
