"""Printing a result loads neither rich nor anything of gilext.render."""

import sys

import gilext

with gilext.watch() as watched:
    gilext.hold_for(0.01)
print(watched.recording, watched.recording._repr_html_(), gilext.info())

drawing = {name for name in sys.modules if name.split(".")[0] in ("rich", "jinja2", "matplotlib")}
drawing |= {name for name in sys.modules if name.startswith("gilext.render")}
assert not drawing, drawing
