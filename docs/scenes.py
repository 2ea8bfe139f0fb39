"""Record the scenes that the lane pictures of the lessons show.

``python docs/scenes.py`` keeps all of them in ``docs/results/lanes``; names choose some. Each is
recorded until it shows what it is for, at most 40 times: a busy machine takes cores away from the
threads, and that would be most of the picture.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Barrier, Thread
from time import perf_counter, sleep
from typing import Any, NamedTuple

from server_scene import record_web_server

import gilext
from gilext.lab.published import smallest_of

KEPT = Path(__file__).parent / "results" / "lanes"
TRIES = 40
INTERVAL = 0.0005
STALLS = 0.002
PAUSE = 0.02
WEB_SERVER = "web_server"

Step = Callable[[], object]


class Phase(NamedTuple):
    """What the threads of a scene do at the same time."""

    name: str
    steps: tuple[Step | None, ...]
    switch_interval: float = 0.005


class Scene(NamedTuple):
    """What is recorded for one picture.

    ``cores`` says, for each phase, how many cores the threads should have kept busy, or None.
    """

    threads: tuple[str, ...]
    phases: tuple[Phase, ...]
    cores: tuple[float | None, ...]


def record(scene: Scene) -> dict[str, Any]:
    """Record a scene once, with the times at which its phases began and ended."""
    everyone = Barrier(len(scene.threads) + 1)
    spans: list[dict[str, Any]] = []

    def act(part: int) -> None:
        for phase in scene.phases:
            everyone.wait()
            step = phase.steps[part]
            if step is not None:
                step()
            everyone.wait()

    actors = [
        Thread(target=act, args=(part,), name=name) for part, name in enumerate(scene.threads)
    ]
    usual = sys.getswitchinterval()
    with gilext.watch(interval=INTERVAL, stalls=STALLS, lines=False) as watched:
        zero = perf_counter()
        for actor in actors:
            actor.start()
        for phase in scene.phases:
            sleep(PAUSE)
            sys.setswitchinterval(phase.switch_interval)
            everyone.wait()
            start, used = perf_counter(), os.times()
            everyone.wait()
            end, now = perf_counter(), os.times()
            cpu = now.user + now.system - used.user - used.system
            spans.append(
                {
                    "name": phase.name,
                    "start": round(start - zero, 6),
                    "end": round(end - zero, 6),
                    "cores": round(cpu / (end - start), 2),
                }
            )
        for actor in actors:
            actor.join()
    sys.setswitchinterval(usual)
    lanes = {name: [name] for name in scene.threads}
    return {"lanes": lanes, "phases": spans, "result": watched.recording.to_dict()}


def is_good(scene: Scene, kept: dict[str, Any]) -> bool:
    """Tell whether the threads had the cores that they could use, and held without gaps."""
    return all(
        wanted is None or wanted - 0.12 <= phase["cores"]
        for wanted, phase in zip(scene.cores, kept["phases"], strict=True)
    )


def record_until_good(name: str) -> dict[str, Any] | None:
    """Record a scene until it is good; return None if it never is."""
    scene = SCENES[name]() if name in SCENES else None
    for _ in range(TRIES):
        kept = record_web_server(INTERVAL, STALLS) if scene is None else record(scene)
        if scene is None or is_good(scene, kept):
            return kept
    print(f"{name}: never good in {TRIES} tries: {kept['phases']}")
    return None


def write(name: str) -> bool:
    """Record a scene, and keep it."""
    kept = record_until_good(name)
    if kept is None:
        return False
    whole = {
        "command": f"python docs/scenes.py {name}",
        "date": datetime.date.today().isoformat(),
        "environment": gilext.info().to_dict(),
        **kept,
    }
    KEPT.mkdir(exist_ok=True)
    path = KEPT / f"{name}.json"
    path.write_text(json.dumps(whole, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{path}: {path.stat().st_size:,} bytes: {kept['phases']}")
    return True


def again(times: int, call: Callable[[int], object], argument: int) -> Step:
    """Return what calls a function so many times."""

    def step() -> None:
        for _ in range(times):
            call(argument)

    return step


def steps_for(seconds: float) -> int:
    """Return how many steps of the C loop take so long on this machine."""
    start = perf_counter()
    gilext.spin_held(5_000_000)
    return int(5_000_000 * seconds / (perf_counter() - start))


# A reply takes about as long as one of a disk or a network.
ECHO = """
import os, time
while data := os.read(0, 1):
    time.sleep(0.0001)
    os.write(1, data)
"""


def numbers_for(seconds: float) -> int:
    """Return of how many random numbers the smallest is found in so long."""
    start = perf_counter()
    smallest_of(100_000)
    return int(100_000 * seconds / (perf_counter() - start))


TWO = ("thread 1", "thread 2")


def held_vs_released() -> Scene:
    """Return the C loop in two threads: with the GIL held, then released."""
    count = steps_for(0.06)
    held, released = again(4, gilext.spin_held, count), again(4, gilext.spin_released, count)
    return Scene(
        TWO,
        (Phase("GIL held", (held, held)), Phase("GIL released", (released, released))),
        (1.0, 2.0),
    )


def cpu_bound() -> Scene:
    """Return work that only computes, in two threads: in Python, and in C that releases."""
    numbers, count = numbers_for(0.18), steps_for(0.09)
    python, released = again(1, smallest_of, numbers), again(2, gilext.spin_released, count)
    return Scene(
        TWO,
        (Phase("Python", (python, python)), Phase("C, GIL released", (released, released))),
        (1.0, 2.0),
    )


def io_bound() -> Scene:
    """Return work that sleeps and then computes: two threads in step, and out of step."""
    numbers = numbers_for(0.06)

    def compute() -> None:
        smallest_of(numbers)

    def work(*steps: Step) -> Step:
        def twice() -> None:
            for step in steps * 2:
                step()

        return twice

    def rest() -> None:
        sleep(0.05)

    in_step, out_of_step = work(rest, compute), work(compute, rest)
    return Scene(
        TWO,
        (Phase("in step", (in_step, in_step)), Phase("out of step", (in_step, out_of_step))),
        (0.6, 0.7),
    )


def switch_interval() -> Scene:
    """Return a thread that computes in Python, and one that wakes up now and then."""
    numbers = numbers_for(0.12)

    def wake() -> None:
        for _ in range(4):
            sleep(0.01)
            gilext.hold_for(0.002)

    compute = again(1, smallest_of, numbers)
    return Scene(
        ("computes", "wakes up"),
        tuple(
            Phase(f"{interval * 1e3:g} ms", (compute, wake), interval) for interval in (0.005, 0.02)
        ),
        (1.0, 1.0),
    )


def convoy() -> Scene:
    """Return a thread that asks another process, alone and while a second one computes."""
    pipe = subprocess.PIPE
    echo = subprocess.Popen([sys.executable, "-I", "-S", "-c", ECHO], stdin=pipe, stdout=pipe)
    assert echo.stdin is not None and echo.stdout is not None
    asking, answering = echo.stdin.fileno(), echo.stdout.fileno()

    def ask() -> None:
        end = perf_counter() + 0.08
        while perf_counter() < end:
            os.write(asking, b"x")
            os.read(answering, 1)

    python = again(1, smallest_of, numbers_for(0.09))
    held, released = again(45, gilext.hold_for, 0.002), again(45, gilext.release_for, 0.002)
    return Scene(
        ("asks and waits", "computes"),
        (
            Phase("alone", (ask, None)),
            Phase("Python", (ask, python)),
            Phase("C, held", (ask, held)),
            Phase("C, released", (ask, released)),
        ),
        (None, 0.9, 0.9, 0.9),
    )


SCENES = {
    function.__name__: function
    for function in (held_vs_released, cpu_bound, io_bound, switch_interval, convoy)
}


def main() -> None:
    """Record what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    everything = (*SCENES, WEB_SERVER)
    parser.add_argument("names", nargs="*", choices=[*everything, []])
    names = parser.parse_args().names or everything
    if not all([write(name) for name in names]):
        sys.exit(1)


if __name__ == "__main__":
    main()
