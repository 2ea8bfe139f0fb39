"""Record while the file can grow no further: there is no detail, and the sums go on."""

import os
import resource
import tempfile
from pathlib import Path

from gilext import hold_for, load_recording, release_for
from gilext._native import Sampler

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "made.gilext")
    sampler = Sampler(1e-4, 0.0, 0.0, 1 << 20, file=path)
    limit = os.stat(path).st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    while sampler.write_note("filling", bytes(100)):
        pass
    sampler.start()
    for _ in range(5):
        hold_for(0.01)
        release_for(0.01)
    sampler.stop()
    totals = sampler.totals()
    assert totals["held_ns"] > 0
    assert totals["start_ns"] <= totals["holds_full_ns"] <= totals["end_ns"]
    assert totals["start_ns"] <= totals["stacks_full_ns"] <= totals["end_ns"]
    assert path.stat().st_size <= limit
    read = load_recording(path)
    held = sum(thread.held_seconds for thread in read.by_thread)
    assert round(held * 1e9) == totals["held_ns"]
    assert read.holds_truncated_at_seconds is not None
    assert read.lines_truncated_at_seconds is not None
print("fine")
