"""A watch without children: what has forks and starts followed isn't even imported."""

import os
import sys

import gilext

before = dict(os.environ)
with gilext.watch() as watched:
    assert dict(os.environ) == before
assert dict(os.environ) == before
assert "gilext.recording.following" not in sys.modules
assert watched.recording.children == ()
