"""Short calls have to keep the GIL, and long ones release it."""

from types import ModuleType

from gilext.course.grading import many_calls, must_hold, must_release, must_return

SHORT = b"a few dozen bytes, as most of the calls have them"
LONG = 4 * 2**20


def check(module: ModuleType) -> None:
    """Make many short calls in a row, then long ones."""
    must_return(291, module.checksum, b"abc")
    must_hold(
        many_calls(module.checksum, SHORT),
        why=f"It was called with {len(SHORT)} bytes. Such a call is over in less time than it "
        "takes to release the GIL and take it back.",
    )
    must_release(
        module.checksum,
        bytes(LONG),
        why=f"It was called with {LONG // 2**20} MiB. That takes milliseconds, for which every other "
        "thread waits.",
    )
