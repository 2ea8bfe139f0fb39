"""Whether check() says of real functions what their sources say.

Run ``python benchmarks/verdicts.py``; twenty rounds take about ten minutes, and ``--busy 4`` runs
them beside four busy loops. The second table has parsers and converters of 20 to 300 ms a call;
those that aren't installed are left out, and named (``pip install 'gilext[benchmark]'`` has them).
It fails when one verdict of all is wrong or refused.
"""

import argparse
import csv
import json
import marshal
import pickle
import sys
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from time import perf_counter

from busy import busy_loops

import gilext
from gilext.lab.standard_calls import HOLDS, SHARES, StandardCall, standard_calls

NUMBERS = [index * 0.37 for index in range(600_000)]
RECORDS = [
    {"id": index, "name": f"name {index}", "tags": ["a", "b", str(index)], "value": index / 7}
    for index in range(60_000)
]


def converters() -> Iterator[StandardCall]:
    """Yield calls of 20 to 300 ms; one whose library is missing has no function."""
    text = json.dumps(RECORDS)
    lines = [f"{index},name {index},{index / 7}" for index in range(200_000)]

    def call(name, verdict, source, function, *arguments):
        return StandardCall(name, function, arguments, verdict, source)

    def foreign(module, path, source, *arguments):
        """Return a call of a library that may be missing."""
        try:
            function = import_module(module)
            for part in path.split("."):
                function = getattr(function, part)
        except ImportError:
            function = None
        return call(f"{module}.{path}", HOLDS, source, function, *arguments)

    yield foreign("orjson", "loads", "Rust, with the GIL", text)
    yield foreign("ujson", "loads", "C; no release", text)
    yield foreign("rapidjson", "loads", "C++; no release", text)
    yield foreign("simdjson", "loads", "Cython; no nogil", text.encode())
    yield foreign("msgspec", "json.decode", "C; no release", text.encode())
    yield foreign("numpy", "array", "C; reads Python objects", NUMBERS * 2)
    tolist = foreign("numpy", "arange", "C; makes Python objects", 1_500_000)
    to_list = tolist.function and tolist.function(1_500_000).tolist
    yield tolist._replace(name="numpy.ndarray.tolist", function=to_list, arguments=())
    yield call("json.loads", HOLDS, "_json.c: no release", json.loads, text)
    yield call("pickle.loads", HOLDS, "_pickle.c: no release", pickle.loads, pickle.dumps(RECORDS))
    yield call(
        "marshal.loads", HOLDS, "marshal.c: no release", marshal.loads, marshal.dumps(RECORDS)
    )
    yield call("list of csv.reader", HOLDS, "_csv.c: no release", partial(read_csv, lines))
    yield call("json.dumps, indented", SHARES, "json/encoder.py", indented, RECORDS[:9000])


def read_csv(lines):
    return list(csv.reader(lines))


def indented(records):
    return "".join(json.JSONEncoder(indent=2).iterencode(records))


def count_right(call, rounds):
    """Check a call that many times; print and return how often the verdict is right."""
    start = perf_counter()
    found = [gilext.check(call.function, *call.arguments) for _ in range(rounds)]
    seconds = (perf_counter() - start) / rounds
    right = sum(checkup.verdict == call.verdict for checkup in found)
    length = min(checkup.call_seconds for checkup in found)
    print(
        f"{right:3} of {rounds}  {call.name:30} {call.verdict:20} {length * 1e3:8.3f} ms a call, "
        f"{seconds:4.1f} s a check  {call.source}",
        flush=True,
    )
    wrong = {(one.verdict, one.reason) for one in found if one.verdict != call.verdict}
    for verdict, reason in sorted(wrong, key=str):
        print(f"            {verdict}: {reason}" if reason else f"            {verdict}")
    return right


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--busy", type=int, default=0, metavar="N", help="beside N busy loops")
    parser.add_argument("--only", default="", metavar="WORD", help="calls with that in their name")
    options = parser.parse_args()
    with standard_calls() as short, busy_loops(options.busy):
        calls = [call for call in (*short, *converters()) if options.only in call.name]
        missing = [call.name for call in calls if call.function is None]
        there = [call for call in calls if call.function is not None]
        right = sum(count_right(call, options.rounds) for call in there)
    if missing:
        print(f"not installed: {', '.join(missing)}")
    every = options.rounds * len(there)
    print(f"{right} of {every} verdicts on {len(there)} functions are right")
    sys.exit(right != every)


if __name__ == "__main__":
    main()
