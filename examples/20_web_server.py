"""One long hold in a server's worker thread delays every other request; the recording names it.

The experiment is gilext/lab/web_server.py. ``python 20_web_server.py 3_000_000`` runs it with work
that takes some milliseconds.
"""

import sys

from gilext.lab.lesson import until_shown
from gilext.lab.web_server import serve_before_and_after


def main():
    """Serve while work holds the GIL, and while it releases it."""
    limit = int(sys.argv[1]) if len(sys.argv) > 1 else 30_000_000
    lesson = until_shown(lambda: serve_before_and_after(limit=limit))
    print(lesson, end="\n\n")
    before, after = lesson.rows
    if before.stalls is None:
        print("Nothing waits for a GIL: there is none.")
    else:
        print(
            f"{before.line or 'No line'} caused {before.stalls} waits of 10 ms or more; after the "
            f"repair it caused {after.stalls}."
        )


if __name__ == "__main__":
    main()
