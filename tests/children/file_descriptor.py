"""Close every descriptor, as daemons do: the file that has the number then isn't written to."""

import os
import tempfile
from pathlib import Path

from gilext import hold_for, load_recording, release_for, watch

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "made.gilext")
    with watch(1e-5, file=path) as watched:
        os.closerange(3, 256)
        others = [os.open(f"{folder}/{number}", os.O_RDWR | os.O_CREAT) for number in range(20)]
        for _ in range(3000):
            hold_for(1e-5)
            release_for(1e-5)
    assert [os.fstat(other).st_size for other in others] == [0] * 20
    assert load_recording(path).samples == watched.recording.samples
print("fine")
