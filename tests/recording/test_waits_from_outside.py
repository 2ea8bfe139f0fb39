"""Who waits, asked in two ways: what gilext says, and what another process reads in ``/proc``.

On CPython 3.15 gilext believes the thread states; the kernel's word is a second source.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gilext._native import Sampler

CHILD = Path(__file__).parent.parent / "children" / "waiters_from_outside.py"
CONDITION_BYTES = 48  # of glibc's pthread_cond_t: whoever waits for one is blocked at a word of it

pytestmark = [
    pytest.mark.with_gil,
    pytest.mark.skipif(
        not Sampler(1.0, 0.0, 0.0, 0).counts_waiters, reason="waiters are unknown here"
    ),
]


def blocked_at(process, thread):
    """Return the address at which a thread is blocked in a system call; None if it isn't."""
    try:
        said = Path(f"/proc/{process}/task/{thread}/syscall").read_text().split()
    except PermissionError:
        pytest.skip("one process may not ask another here")
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(said[1], 16) if len(said) > 2 else None


def blocked_at_one_condition(child, wanting):
    """Wait until the threads that want the GIL are blocked; return all that are where they are."""
    places = [None]
    while None in places or max(places) - min(places) >= CONDITION_BYTES:
        assert child.poll() is None, "the hold is over, and they weren't seen"
        places = [blocked_at(child.pid, thread) for thread in wanting]
    found = set()
    while not found >= set(wanting):  # each wakes for a moment when a switch interval is over
        assert child.poll() is None, "the hold is over, and not all were seen"
        threads = [int(task.name) for task in Path(f"/proc/{child.pid}/task").iterdir()]
        seen = {thread: blocked_at(child.pid, thread) for thread in threads}
        found |= {
            thread
            for thread, place in seen.items()
            if place is not None and abs(place - min(places)) < CONDITION_BYTES
        }
    return found


def asked_in_both_ways():
    """Return who waited by gilext, by the kernel, and who wanted the GIL."""
    with subprocess.Popen([sys.executable, CHILD], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        wanting = json.loads(child.stdout.readline())
        outside = blocked_at_one_condition(child, wanting)
        said, _ = child.communicate(timeout=60)
    return set(json.loads(said)), outside, set(wanting)


# Nobody is named who doesn't wait; that one isn't named is for a lack of cores, and not each time.
@pytest.mark.slow
def test_gilext_names_those_whom_the_kernel_knows_to_wait_for_the_gil():
    named, outside, wanting = set(), {None}, set()
    for _ in range(5):
        if named == outside:
            break
        named, outside, wanting = asked_in_both_ways()
        assert outside == wanting
        assert named <= outside

    assert named == outside
