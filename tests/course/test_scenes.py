"""In a scene of an exercise it is known where each thread is."""

import threading

import pytest

from gilext.course.scenes import Call, Peer


def test_call_has_come_as_far_as_it_goes_without_releasing():
    seen = []
    released = threading.Event()

    def work():
        seen.extend(range(100_000))
        released.wait()
        return "done"

    call = Call(work)

    assert len(seen) == 100_000
    assert call.is_running
    released.set()
    assert call.result() == "done"
    assert not call.is_running


def test_what_a_call_raises_is_raised_where_its_result_is_asked_for():
    call = Call(int, "x")

    with pytest.raises(ValueError, match="invalid literal"):
        call.result()


def test_peer_has_the_question_while_the_call_waits_for_its_answer():
    peer = Peer()

    def ask():
        with open(peer.fd, "r+b", buffering=0, closefd=False) as server:
            server.write(b"question")
            return server.read(10)

    call = Call(ask)

    assert peer.question(call) == b"question"
    assert call.is_running
    peer.answer(b"answer")
    assert call.result() == b"answer"


def test_call_that_asks_nothing_has_an_empty_question_or_raises():
    assert Peer().question(Call(int)) == b""
    with pytest.raises(ValueError, match="invalid literal"):
        Peer().question(Call(int, "x"))
