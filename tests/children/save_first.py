"""Save a recording when only its class's own module was imported by name."""

import sys

from gilext.recording.results import Recording
from gilext.recording.watch import watch

with watch() as watched:
    pass
assert isinstance(watched.recording, Recording)
watched.recording.save(sys.argv[1])
