"""Record in a file until killed, and write to another up to when the recording is known to go.

Threads come and go, hold the GIL, wait for it, and call what hasn't been called before.
"""

import mmap
import sys
import threading
from itertools import count
from pathlib import Path

import gilext
from gilext._native import Sampler, hold_for, release_for
from gilext.recording.notes import note_process, note_thread

recording, stamps, interval = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])


def work(number: int) -> None:
    code = compile(
        f"def f{number}():\n    return sum(range({100 + number}))\n", f"f{number}", "exec"
    )
    names: dict[str, object] = {}
    exec(code, names)
    for _ in range(3):
        names[f"f{number}"]()  # type: ignore[operator]
        hold_for(0.0005)
        release_for(0.0002)


def stamp(sampler: Sampler) -> None:
    with stamps.open("r+b") as file, mmap.mmap(file.fileno(), 8) as memory:
        last = memoryview(memory).cast("Q")
        print("ready", flush=True)
        for number in count():
            worker = threading.Thread(target=work, args=(number,))
            worker.start()
            note_thread(sampler, worker.native_id or 0, f"worker {number}")
            work(number)
            last[0] = sampler.totals()["end_ns"]
            worker.join()


sampler = Sampler(interval, 0.0, 0.001, 1 << 20, file=recording)
note_process(sampler, "run", True)
sampler.start()
assert gilext.__version__
stamp(sampler)
