"""Hold the GIL again and again beside something that calls Python now and then, and watch it."""

import io
import json
import sys
import threading

import gilext
from gilext._native import Ticker
from gilext.recording import live

INTERVAL = 0.001
ENOUGH = 4


class Thread:
    """The program's own."""

    def __init__(self, watched):
        self.ticks = 0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._tick, name="ticks")

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._is_over.set()
        self._thread.join()

    def _tick(self):
        while not self._is_over.wait(INTERVAL):
            self.ticks += 1


class Native:
    """gilext's."""

    def __init__(self, watched):
        self.ticks = 0
        self._ticker = Ticker(self._tick, INTERVAL)

    def __enter__(self):
        self._ticker.start()
        return self

    def __exit__(self, *_):
        self._ticker.stop()

    def _tick(self):
        self.ticks += 1


class Live(live.LiveLines):
    """What writes lines."""

    def __init__(self, watched):
        live._PAUSE_SECONDS = INTERVAL
        self._written = io.StringIO()
        super().__init__(watched, self._written)

    @property
    def ticks(self):
        return self._written.getvalue().count("\n")


WHO = {"thread": Thread, "native": Native, "live": Live}

with gilext.watch(stalls=0.01) as watched, WHO[sys.argv[1]](watched) as ticking:
    while ticking.ticks < ENOUGH:
        gilext.hold_for(0.05)

recording = watched.recording
names = [one.name for one in recording.by_thread]
print(
    json.dumps(
        {
            "wait_seconds": recording.wait_seconds,
            "waited": [one.name for one in recording.by_thread if one.waited_seconds],
            "victims": [
                names[victim.thread] for stall in recording.stalls for victim in stall.victims
            ],
            "attached": [one.name for one in recording.by_thread if one.attached_seconds],
        }
    )
)
