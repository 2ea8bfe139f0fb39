"""A second thread adds while the first one waits for its server."""

from types import ModuleType

from gilext.course.grading import NotYet, must_raise
from gilext.course.scenes import Call, Peer


def check(module: ModuleType) -> None:
    """See that nothing is lost, that no thread waits for another, and that an error adds nothing."""
    total = module.Total()
    slow, fast = Peer(), Peer()
    first = Call(total.add, slow.fd)
    slow.question(first)
    second = Call(total.add, fast.fd)
    second.wait_until_blocked()
    if not fast.has_question():
        raise NotYet(
            "While the first thread waited for its server, the second one didn't ask its own: it "
            "had to wait for the first one.\n\nA lock that is held across a wait passes the "
            "wait on to every other thread. Wait first, without any lock, and update then."
        )
    fast.answer(bytes([5]))
    second.result()
    slow.answer(bytes([3]))
    first.result()
    if total.value != 8:
        raise NotYet(
            f"One thread added 3, another one 5, and the total is {total.value}: the amount of the "
            "second was overwritten.\n\nThe first had read the value before it waited, and wrote "
            "after it. The critical section doesn't help: it is suspended as long as its thread is "
            "detached, and the GIL is released then, too."
        )
    must_raise(OSError, total.add, -1)
    if total.value != 8:
        raise NotYet("A call that failed changed the value.")
