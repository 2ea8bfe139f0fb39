"""C functions that hold the GIL for long, by each way to call them: comments say what a line calls.

After a question mark, the line also does other things that take time, such as giving back memory.
"""

import collections
import functools
import sys
import time
import zlib

from gilext import hold_for
from gilext._native import Sampler

DATA = bytes(3_000_000)
NUMBERS = [float(i % 1000) for i in range(200_000)]
ROWS = [(i % 91, i) for i in range(60_000)]
DEFAULT = {"default": 0.0}


def identity(value):
    return value


def call_functions():
    hold_for(0.003)  # gilext._native.hold_for
    sum(NUMBERS)  # sum
    min(NUMBERS)  # min
    min(NUMBERS, default=None)  # min
    min(*[NUMBERS], **DEFAULT)  # min
    identity(min(NUMBERS))  # min
    max(sum(NUMBERS), len(NUMBERS))  # sum len max
    zlib.crc32(DATA[:4000])  # zlib.crc32
    functools.reduce(max, NUMBERS)  # _functools.reduce


def call_methods():
    NUMBERS.sort()  # list.sort
    NUMBERS.sort(reverse=True)  # list.sort
    list.count(NUMBERS, -1.0)  # list.count
    count = NUMBERS.count
    count(-1.0)  # list.count
    DATA.count(b"xy")  # bytes.count
    int.from_bytes(DATA[:2000])  # int.from_bytes


def call_in_blocks():
    try:
        raise ValueError
    except ValueError:
        sum(NUMBERS)  # sum
    with memoryview(DATA):
        sum(NUMBERS)  # sum
    [sum(NUMBERS) for _ in range(2)]  # sum
    for _ in range(2):
        identity(sum(NUMBERS))  # sum


def call_and_give_back():
    sorted(NUMBERS)  # ? sorted
    list.sort(NUMBERS[:])  # ? list.sort
    set(ROWS)  # ? set
    collections.deque([*NUMBERS, sorted]).pop()  # ? collections.deque collections.deque.pop
    {0: sum, 1: [*NUMBERS]}.pop(0)  # ? dict.pop
    collections.OrderedDict(ROWS).get(0, zip)  # ? collections.OrderedDict dict.get
    "".format(*map(abs, NUMBERS))  # ? map str.format
    functools.partial(sorted, NUMBERS)()  # ? functools.partial functools.partial.__call__
    NUMBERS * 20  # ?


TRUTH = {}
with open(__file__, encoding="utf-8") as source:
    for number, line in enumerate(source, 1):
        if "  # " in line:
            TRUTH[number] = line.rpartition("  # ")[2].split()

sampler = Sampler(5e-5, 0.0, 1e-3, 64 << 20)
sampler.start()
end = time.monotonic() + float(sys.argv[1])
rounds = 0
while time.monotonic() < end or rounds < 3:
    call_functions()
    call_methods()
    call_in_blocks()
    call_and_give_back()
    # Code that hasn't run before isn't specialised yet.
    exec(compile("sum(NUMBERS); [*NUMBERS, zip].pop()", "<new>", "exec"), {"NUMBERS": NUMBERS})
    rounds += 1
sampler.stop()

frames = sampler.frames()
named = unnamed = 0
for _, numbers, called, held, *_ in sampler.stacks():
    file, line, function, *_ = frames[numbers[0]]
    if file == "<new>":
        assert called in (None, "sum", "list.pop"), called
    if file != __file__ or line not in TRUTH:
        continue
    assert called is None or called in TRUTH[line], (line, called)
    if TRUTH[line][0] != "?":
        named += held * (called is not None)
        unnamed += held * (called is None)
    if "-v" in sys.argv:
        print(frames[numbers[0]], called, f"{held / 1e6:.1f} ms")
print(f"{named / (named + unnamed or 1):.4f} named")
