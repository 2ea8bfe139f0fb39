"""A checked function forks, and its child returns, raises or leaves: the child ends sanely."""

import os
import sys
import warnings

import gilext

# Python says that a child forked beside other threads may not go on well; that is the point.
warnings.simplefilter("ignore", DeprecationWarning)


def fork(way: str) -> None:
    pid = os.fork()
    if pid == 0:
        if way == "leave":
            sys.exit(3)
        if way == "raise":
            raise LookupError("mine")
        return
    _, status = os.waitpid(pid, 0)
    codes.append(os.waitstatus_to_exitcode(status))


def main(way: str) -> None:
    parent = os.getpid()
    try:
        gilext.check(fork, way, seconds=0.01)
    except (RuntimeError, LookupError) as error:
        if os.getpid() == parent:
            raise
        os._exit(1 if "forked" in str(error) else 2)
    expected = {"return": 1, "raise": 2, "leave": 3}[way]
    assert set(codes) == {expected}, codes
    assert gilext.check(gilext.release_for, 0.001, seconds=0.01).calls > 0


codes: list[int] = []
main(*sys.argv[1:])
