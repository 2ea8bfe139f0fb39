"""Measure one repro: ``python child.py check|truth NAME`` prints a line of JSON.

``check`` is what check_leaks() says. ``truth`` is measured without gilext: how much the reference
counts that the repro watches, Python's memory blocks, resident memory, file descriptors and
threads grow per call, in each of two halves.
"""

import asyncio
import contextlib
import gc
import importlib
import inspect
import json
import os
import resource
import sys
import time
import warnings
from pathlib import Path

MARK = "RESULT "
CALLS = 20_000


def check(repro):
    from gilext import check_leaks

    begin = time.perf_counter()
    report = check_leaks(
        repro.fn, *getattr(repro, "args", ()),
        raises=getattr(repro, "raises", ()), **getattr(repro, "kwargs", {}),
    )  # fmt: skip
    return {
        "leaks": [leak.of for leak in report.leaks],
        "text": str(report),
        "sentence": report.sentence,
        "seconds": time.perf_counter() - begin,
    }


def truth(repro):
    call_many = driver(repro)
    half = getattr(repro, "calls", CALLS) // 2
    call_many(max(half // 5, 20))
    watched = repro.watch() if hasattr(repro, "watch") else {}
    figures(watched)
    counted = [figures(watched)]
    for _ in range(2):
        call_many(half)
        counted.append(figures(watched))
    first, second, third = counted
    growth = {
        what: ((second[what] - first[what]) / half, (third[what] - second[what]) / half)
        for what in first
    }
    return {what: slopes for what, slopes in growth.items() if max(map(abs, slopes)) > 0.01}


def driver(repro):
    """Return a function that calls the repro's so many times, and runs what it returns."""
    args, kwargs = getattr(repro, "args", ()), getattr(repro, "kwargs", {})
    raises = getattr(repro, "raises", ())

    def call_many(times):
        for _ in range(times):
            with contextlib.suppress(raises):
                repro.fn(*args, **kwargs)

    async def run_many(times):
        for _ in range(times):
            made = repro.fn(*args, **kwargs)
            if hasattr(made, "__aenter__"):
                async with made:
                    pass
            elif hasattr(made, "__aiter__"):
                async for _ in made:
                    pass
            else:
                await made

    try:
        made = repro.fn(*args, **kwargs)
    except raises:
        return call_many
    if inspect.isawaitable(made) and hasattr(made, "close"):
        made.close()
    elif not hasattr(made, "__aenter__") and not hasattr(made, "__aiter__"):
        return call_many
    loop = asyncio.new_event_loop()
    return lambda times: loop.run_until_complete(run_many(times))


def figures(watched):
    gc.collect()
    if hasattr(sys, "_clear_type_cache"):
        sys._clear_type_cache()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return {
        "resident bytes": pages * resource.getpagesize(),
        "blocks": sys.getallocatedblocks(),
        "file descriptors": len(os.listdir("/proc/self/fd")),
        "threads": len(os.listdir("/proc/self/task")),
    } | {f"references to {name}": sys.getrefcount(obj) for name, obj in watched.items()}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    what, name = sys.argv[1:]
    result = {"check": check, "truth": truth}[what](importlib.import_module(name))
    print(MARK + json.dumps(result), flush=True)
    os._exit(0)  # what was lost or corrupted would crash the exit
