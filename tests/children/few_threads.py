"""Leave so little address space that some threads of a crew start and others don't."""

import resource
from pathlib import Path

from gilext import checksum_held
from gilext._native import time_os_threads

MOST_WORKERS = 1024
data = bytearray(b"foobar")
expected = checksum_held(data)


def can_run(workers: int) -> bool:
    try:
        _, _, results = time_os_threads("checksum", workers, data)
    except RuntimeError as error:
        assert str(error) == f"can't start {workers} threads"
        return False
    else:
        assert results == (expected,) * workers
        return True
    finally:
        # The buffer was given back.
        data.append(0)
        del data[-1:]


def leave_room(size: int) -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + size
    resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))


def main() -> None:
    # How much a thread takes is the system's affair: find the room in which one can run, then
    # the number of which the first half can start and the second can't.
    room = 2**26
    leave_room(room)
    while not can_run(1):
        room *= 2
        leave_room(room)
    workers = 2
    while can_run(workers):
        assert workers < MOST_WORKERS
        workers *= 2
    for _ in range(20):
        assert not can_run(workers)
        assert can_run(workers // 2)
    print("refused, and sound")


main()
