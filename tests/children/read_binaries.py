"""Reads binaries in a state that programs are seldom in, and writes what it found to a file."""

import json
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

from gilext.auditing.static import reader as reader_module
from gilext.auditing.static.reader import BinaryReader

state, folder = sys.argv[1], Path(sys.argv[2])

if state == "hanging":
    hang = "import gilext.auditing.static.read_worker as w, time; w.read_binary = lambda *_: time.sleep(999)"
    start = reader_module._START
    reader_module._START = start.replace("from gilext", f"{hang};from gilext")
    asked = reader_module._Child.ask

    def telling(child, path, seconds):
        print(child._process.pid, flush=True)
        return asked(child, path, 1.0)

    reader_module._Child.ask = telling
    reader_module.MAX_WAIT_SECONDS = 1.0
    with BinaryReader() as reader:
        reader.read(folder / "first")

if state == "closed":
    os.closerange(0, 3)
elif state == "sigpipe":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
elif state == "blocked":
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())

said = {}
with BinaryReader(seconds=60) as reader:
    for name in ("first", "last"):
        said[name] = reader.read(folder / name).imports
        os.kill(reader._child._process.pid, signal.SIGKILL)
        with suppress(ChildProcessError):  # there is nothing to wait for if SIGCHLD is ignored
            os.waitid(os.P_PID, reader._child._process.pid, os.WEXITED | os.WNOWAIT)
(folder / "said").write_text(json.dumps(said))
os._exit(0)
