"""Fork beside samplers whose memory is a file: the child never writes to it.

Of a sampler that isn't running nothing changes the file, so that it must be the same to the byte.
"""

import gc
import os
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from gilext import hold_for, load_recording, release_for, watch
from gilext._native import Sampler

warnings.simplefilter("ignore", DeprecationWarning)
folder = Path(sys.argv[1])


def in_child(do: Callable[[], object]) -> None:
    pid = os.fork()
    if pid == 0:
        do()
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0


def use(sampler: Sampler) -> None:
    """Do what may be done with a sampler, and drop it."""
    sampler.write_note("thread", b"of the child")
    sampler.note_collection("start", {"generation": 2})
    with suppress(RuntimeError):
        sampler.start()
    release_for(0.005)
    sampler.stop()
    for view in (sampler.totals, sampler.threads, sampler.stacks, sampler.activity):
        view()
    bytes(memoryview(sampler))


def kept(sampler: Sampler, holds: bytes, *, is_used: bool) -> None:
    if is_used:
        use(sampler)
    assert bytes(view) == holds


def leave() -> None:
    """Leave the block, and collect: then nothing of the watch is left."""
    global watched
    watched.__exit__(None, None, None)
    del watched
    gc.collect()


# One that is new.
path = folder / "new.gilext"
sampler = Sampler(1e-4, 0.0, 0.001, 1 << 20, file=path)
sampler.write_note("key", b"value")
before = path.read_bytes()
in_child(lambda: use(sampler))
in_child(lambda: in_child(lambda: use(sampler)))
assert path.read_bytes() == before

# One that has stopped: what the child reads of it is what it was.
sampler.start()
hold_for(0.05)
sampler.stop()
view = memoryview(sampler)
before, holds = path.read_bytes(), bytes(view)
assert holds
in_child(lambda: kept(sampler, holds, is_used=False))
in_child(lambda: kept(sampler, holds, is_used=True))
assert path.read_bytes() == before
assert bytes(view) == holds

# One that runs, in a block that child and parent leave.
path = folder / "running.gilext"
watched = watch(file=path).__enter__()
for _ in range(20):
    in_child(leave)
    hold_for(0.002)
hold_for(0.5)  # long enough to be seen by a sampler that has to wait for a core
watched.__exit__(None, None, None)
recording = load_recording(path)
assert recording.process is not None
assert (recording.process.pid, recording.process.end) == (os.getpid(), "ended")
assert recording.to_dict() == (
    watched.recording.to_dict() | {"process": recording.to_dict()["process"]}
)
assert any(thread.held_seconds > 0 for thread in recording.by_thread)
print("fine")
