"""One long hold in a server's worker thread delays every other request; the recording names it.

The experiment is gilext/lab/web_server.py. It runs with work that takes some milliseconds and
with work that takes longer.
"""

from gilext.lab.web_server import serve_before_and_after

LIMITS = [3_000_000, 20_000_000]


def main():
    """Serve beside short work and beside longer work."""
    for limit in LIMITS:
        lesson = serve_before_and_after(60, limit)
        print(lesson, end="\n\n")
    before, after = lesson.rows
    print(
        f"The line to repair is {before.line}: of 100 requests the slowest waited "
        f"{before.p99_seconds * 1e3:.0f} ms for it, and {after.p99_seconds * 1e3:.0f} ms after."
    )


if __name__ == "__main__":
    main()
