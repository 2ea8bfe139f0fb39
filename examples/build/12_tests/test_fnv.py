"""What fnv returns, what it does with the GIL, and that it leaks nothing."""

import sys
from threading import Thread

import fnv
import pytest

from gilext.testing import assert_no_leaks, assert_releases_gil, assert_stalls_below

ROUNDS = 1_000_000  # some ten milliseconds
BIG, SMALL = bytes(10_000_000), bytes(100)
with_gil = pytest.mark.skipif(
    not getattr(sys, "_is_gil_enabled", lambda: True)(), reason="there is no GIL to hold"
)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "data"
    path.write_bytes(BIG)
    return path


def test_values():
    assert fnv.hash(b"foobar") == 0x85944171F73967E8  # from the authors of FNV
    assert fnv.chain(1) == fnv.hash(fnv.chain(0).to_bytes(8, "little"))


def test_chain_releases_the_gil():
    assert_releases_gil(fnv.chain, ROUNDS)


@with_gil
def test_a_chain_that_holds_the_gil_would_fail_that_test():
    with pytest.raises(AssertionError, match="has the GIL released for 0"):
        assert_releases_gil(fnv._chain_held, ROUNDS)


def test_hashing_releases_the_gil(file):
    assert_releases_gil(fnv.hash, BIG)
    assert_releases_gil(fnv.hash_file, file)
    assert_releases_gil(fnv.Hasher().update, BIG)


@pytest.mark.gil(releases=0.8)
def test_a_program_that_hashes_leaves_the_gil_to_others(file):
    for _ in range(60):
        fnv.hash_file(file)


def test_a_small_call_stalls_no_thread():
    data = bytes(2048)
    assert_stalls_below(1.0, lambda: [fnv.hash(data) for _ in range(1000)])


def test_nothing_leaks(file, tmp_path):
    (tmp_path / "empty").touch()
    assert_no_leaks(fnv.hash, SMALL)
    assert_no_leaks(fnv.hash, "text", raises=TypeError)
    assert_no_leaks(fnv.chain, -1, raises=OverflowError)
    assert_no_leaks(fnv.hash_file, tmp_path / "nothing", raises=OSError)
    assert_no_leaks(fnv.hash_file, tmp_path / "empty", raises=fnv.Error)
    assert_no_leaks(fnv.Hasher, "label")
    assert_no_leaks(fnv.Hasher().update, SMALL)
    assert_no_leaks(setattr, fnv.Hasher(), "label", object())
    assert_no_leaks(fnv.chain_in_thread, 10, repr)


def test_a_hasher_takes_bytes_from_several_threads():
    hasher = fnv.Hasher()
    threads = [Thread(target=hasher.update, args=(BIG,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert hasher.value() == fnv.hash(BIG * 4)


def test_a_thread_that_python_does_not_know_calls_back():
    values = []
    fnv.chain_in_thread(10, values.append)
    assert values == [fnv.chain(10)]
