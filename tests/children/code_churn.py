"""Code comes to lie where other code has been, and no stack may bear the name of what is gone."""

import gc
import sys
import sysconfig
import time

from gilext import hold_for, release_for
from gilext._native import Sampler

SOURCE = """
def made_{number}():
    {padding}
    hold_for(0.0003)
"""
IS_FREE_THREADED_BUILD = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
ends = {}
addresses = set()


def run_generation(number):
    names = {"hold_for": hold_for}
    padding = "pass;" * (number % 3)  # tables of other sizes, too
    source = SOURCE.format(number=number, padding=padding or "pass")
    exec(compile(source, f"<{number}>", "exec"), names)
    function = names[f"made_{number}"]
    addresses.add(id(function.__code__))
    function()
    ends[number] = time.monotonic_ns()
    names.clear()  # or the function would refer to itself


gc.disable()  # what is freed is freed at once, and its memory used again
sampler = Sampler(2e-5, 0.0, 1e-4, 64 << 20)
sampler.start()
numbers = range(2000)
for number in numbers:
    run_generation(number)
    if IS_FREE_THREADED_BUILD and number % 20 == 0:
        gc.collect()  # there, nothing else frees code
    release_for(0.0001)  # another hold begins, whose stacks are taken anew
sampler.stop()

if len(addresses) == len(numbers):
    sys.exit(print("this allocator uses no address again"))
frames, stacks = sampler.frames(), sampler.stacks()
seen = 0
for taken, row, *_ in sampler.moments():
    for file, line, function, *_ in (frames[number] for number in stacks[row][1]):
        if function.startswith("made_"):
            number = int(function.removeprefix("made_"))
            # It was read at that time or later.
            assert ends[number] >= taken, (function, taken - ends[number])
            assert file == f"<{number}>" and 2 <= line <= 4, (file, line, function)
            seen += 1
assert seen > 0 or not getattr(sys, "_is_gil_enabled", lambda: True)()
print("fine", seen, len(addresses))
