"""A recording in which an extension module brings the GIL back: it has both parts, and says so."""

import gc
import importlib
import sys
import warnings
from threading import Thread

from gilext import hold_for, watch

assert not sys._is_gil_enabled()
with watch() as watched:
    holder = Thread(target=hold_for, args=(0.1,))
    holder.start()
    holder.join()
    gc.collect()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        importlib.import_module(sys.argv[1])
    holder = Thread(target=hold_for, args=(0.1,))
    holder.start()
    holder.join()
assert sys._is_gil_enabled()
recording = watched.recording
assert 0 < recording.without_gil_seconds < recording.seconds
assert recording.held_fraction is not None and recording.pauses_seen is not None
attached = sum(thread.attached_seconds for thread in recording.by_thread)
held = sum(thread.held_seconds for thread in recording.by_thread)
assert attached > 0 and held > 0
assert recording.environment.gil_enabled
text = str(recording)
assert "There was no GIL for" in text
assert "line that held or stayed attached" in text
