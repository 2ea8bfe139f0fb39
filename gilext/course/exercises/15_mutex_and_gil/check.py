"""A second thread asks while the first waits for its answer; then a call that fails."""

from contextlib import suppress
from types import ModuleType

from gilext.course.grading import NotYet
from gilext.course.scenes import Call, Peer


def check(module: ModuleType) -> None:
    """See that the two calls come one after the other, and that an error leaves no lock."""
    server = Peer()
    line = module.Line(server.fd)
    with suppress(OSError):
        line.server = -1
        line.ask(0)
    line.server = server.fd
    first = Call(line.ask, 1)
    questions = server.question(first)
    second = Call(line.ask, 2)
    if not second.is_running:
        raise NotYet(
            f"{_how_it_ended(second)} The second thread should have waited until the first had its "
            "answer, and then asked."
        )
    second.wait_until_blocked()
    if server.has_question():
        raise NotYet(
            "The second thread asked before the first had its answer: two questions are under way "
            "at once on one line, and it can't be told whose answer is whose.\n\nThe mutex is needed. "
            "Only where it is waited for is wrong."
        )
    server.answer(b"a")
    answers = [first.result()]
    questions += server.question(second)
    server.answer(b"b")
    answers.append(second.result())
    if (questions, answers) != (b"\x01\x02", [ord("a"), ord("b")]):
        raise NotYet(f"The questions {questions!r} got the answers {answers!r}.")


def _how_it_ended(call: Call) -> str:
    try:
        return f"While the first call was waiting, a second one returned {call.result()!r}."
    except Exception as error:
        return f"While the first call was waiting, a second one raised {error!r}."
