"""Many tasks in turn, each with the name of its own function: a name is that of the stack."""

import sys
import threading

from gilext import hold_for, watch

TASKS = 40
TURNS = 20


def make_task(name):
    """Return a coroutine function of that name that holds by fits and starts."""
    namespace = {"hold_for": hold_for, "asyncio": asyncio}
    source = (
        f"async def {name}():\n"
        f"    for turn in range({TURNS}):\n"
        "        hold_for(0.0004)\n"
        "        await asyncio.sleep(0)\n"
    )
    exec(source, namespace)
    return namespace[name]


async def main():
    for generation in range(3):
        names = [f"task_{generation}_{number}" for number in range(TASKS)]
        running = [asyncio.create_task(make_task(name)(), name=name) for name in names]
        await asyncio.gather(*running)


def want():
    while not is_over.wait(0.0001):
        pass


is_over = threading.Event()
assert "asyncio" not in sys.modules and "_asyncio" not in sys.modules
for _ in range(10):
    is_over.clear()
    with watch(interval=0.00005, stalls=0.0002) as watching:
        import asyncio

        other = threading.Thread(target=want)
        other.start()
        asyncio.run(main())
        is_over.set()
        other.join()
    seen = [
        (stack.task, frame.function)
        for stall in watching.recording.stalls
        for stack in stall.stacks
        for frame in stack.frames
        if frame.function.startswith("task_")
        and not any(other.function == "main" for other in stack.frames)  # it makes them
    ]
    wrong = [(task, function) for task, function in seen if task not in (None, function)]
    assert not wrong, wrong
    if any(task for task, _ in seen):
        print("named")
        break
