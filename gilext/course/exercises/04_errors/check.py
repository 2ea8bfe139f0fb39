"""An error found in the block has to be raised after it, and nothing may be left behind."""

from types import ModuleType

from gilext.course.grading import NotYet, must_not_leak, must_raise, must_release, must_return

SIZE = 4 * 2**20


def check(module: ModuleType) -> None:
    """Ask for sums and for errors, then for the GIL and for what is left behind."""
    must_return(6, module.digit_sum, b"123")
    must_return(0, module.digit_sum, b"")
    error = must_raise(
        ValueError,
        module.digit_sum,
        b"12x4",
        why="NULL tells the interpreter that an exception is set. The two belong together: one "
        "without the other is a SystemError.",
    )
    if "2" not in str(error):
        raise NotYet(
            f"digit_sum(b'12x4') raised ValueError: {error}.\n\nThe message should say that it is "
            "byte 2, as before."
        )
    must_not_leak(
        module.digit_sum,
        bytes([120, 49]),
        raises=ValueError,
        why="This call fails. What was taken before the block has to be given up then, too.",
    )
    must_not_leak(module.digit_sum, bytes([49, 50]))
    must_release(module.digit_sum, b"7" * SIZE, why="The adding should run without the GIL.")
