"""Numbers around -1, and what is no number, or too large for a C long."""

from types import ModuleType

from gilext.course.grading import NotYet

WRONG_ARGUMENTS = (("x", TypeError), (2.5, TypeError), (1 << 70, OverflowError))


def check(module: ModuleType) -> None:
    """Compare the halves, then what is raised."""
    for number in (8, 7, 1, 0, -2, -3, -1):
        half = _result(module, number)
        if half != number // 2:
            raise NotYet(
                f"halve({number}) gave {half!r} instead of {number // 2}.\n\n-1 is a number as "
                "well as a sign of failure. Whether PyLong_AsLong() failed is known if an "
                "exception is set, too."
            )
    for argument, expected in WRONG_ARGUMENTS:
        raised = _result(module, argument)
        if type(raised) is not expected:
            raise NotYet(
                f"halve({argument!r}) gave {raised!r} instead of {expected.__name__}.\n\n"
                "PyLong_AsLong() had set the right exception already. If it failed, return NULL "
                "and add nothing."
            )


def _result(module: ModuleType, argument: object) -> object:
    try:
        return next(map(module.halve, (argument,)))  # map() sees what bytecode may miss
    except SystemError as error:
        meaning = (
            "an exception was set, and a result was returned nevertheless"
            if "with an exception" in str(error)
            else "NULL was returned, and no exception was set to say why"
        )
        raise NotYet(
            f"halve({argument!r}) ended in SystemError: {error}\n\nThat means: {meaning}. NULL "
            "and an exception have to come together. PyLong_AsLong() returns -1 if it fails, and "
            "also for the number -1; only PyErr_Occurred() tells the two apart."
        ) from None
    except Exception as error:
        return error
