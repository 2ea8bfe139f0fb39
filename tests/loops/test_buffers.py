"""The buffers that checksum takes: which, how long it keeps them, and that it gives them back."""

import ctypes
import mmap
import sys
from array import array
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gilext
from gilext._native import time_os_threads

Checksum = Callable[[Any], int]


def checksum_in_os_threads(buffer: Any) -> int:
    return time_os_threads("checksum", 2, buffer)[2][1]


each_checksum = pytest.mark.parametrize(
    "checksum",
    [
        pytest.param(gilext.checksum_held, id="held"),
        pytest.param(gilext.checksum_released, id="released"),
        pytest.param(checksum_in_os_threads, id="os_threads"),
    ],
)
needs_python_exporters = pytest.mark.skipif(
    sys.version_info < (3, 12), reason="a Python class can export a buffer from 3.12 on"
)


def mapped(data: bytes) -> mmap.mmap:
    mapping = mmap.mmap(-1, len(data))
    mapping[:] = data
    return mapping


SIXTEEN_BYTES = bytes(range(100, 116))
SAME_BYTES: dict[str, Callable[[], Any]] = {
    "bytes": lambda: SIXTEEN_BYTES,
    "bytearray": lambda: bytearray(SIXTEEN_BYTES),
    "memoryview": lambda: memoryview(SIXTEEN_BYTES),
    "part_of_memoryview": lambda: memoryview(b"<<" + SIXTEEN_BYTES + b">>")[2:-2],
    "array_of_words": lambda: array("H", SIXTEEN_BYTES),
    "array_of_doubles": lambda: array("d", SIXTEEN_BYTES),
    "mmap": lambda: mapped(SIXTEEN_BYTES),
    "two_dimensions": lambda: memoryview(SIXTEEN_BYTES).cast("B", (4, 4)),
    "ctypes_array": lambda: (ctypes.c_uint16 * 8).from_buffer_copy(SIXTEEN_BYTES),
    "ctypes_two_dimensions": lambda: (ctypes.c_uint8 * 4 * 4).from_buffer_copy(SIXTEEN_BYTES),
    "ctypes_structure": lambda: type(
        "Pair", (ctypes.Structure,), {"_fields_": [(name, ctypes.c_uint64) for name in "ab"]}
    ).from_buffer_copy(SIXTEEN_BYTES),
}


@each_checksum
@pytest.mark.parametrize("kind", SAME_BYTES)
def test_a_buffer_is_read_as_its_bytes_lie(checksum: Checksum, kind: str) -> None:
    assert checksum(SAME_BYTES[kind]()) == gilext.checksum_held(SIXTEEN_BYTES)


@each_checksum
@pytest.mark.parametrize(
    "empty",
    [b"", bytearray(), memoryview(b""), array("d")],
    ids=lambda empty: type(empty).__name__,
)
def test_an_empty_buffer_is_taken(checksum: Checksum, empty: Any) -> None:
    assert checksum(empty) == 0xCBF29CE484222325


@each_checksum
@given(data=st.binary(max_size=200), start=st.integers(0, 200), stop=st.integers(0, 200))
def test_a_part_of_a_buffer_counts_as_its_own_bytes(
    checksum: Checksum, data: bytes, start: int, stop: int
) -> None:
    assert checksum(memoryview(data)[start:stop]) == gilext.checksum_held(data[start:stop])


# -- refused --------------------------------------------------------------------------------


def released_memoryview() -> memoryview:
    view = memoryview(bytearray(3))
    view.release()
    return view


def closed_mmap() -> mmap.mmap:
    mapping = mmap.mmap(-1, 3)
    mapping.close()
    return mapping


@each_checksum
@pytest.mark.parametrize(
    "strided",
    [
        memoryview(bytes(9))[::2],
        memoryview(bytes(9))[::-1],
        memoryview(array("I", range(9)))[::3],
        memoryview(bytes(16)).cast("B", (4, 4))[::2],
    ],
    ids=["every_second", "backwards", "every_third_word", "every_second_row"],
)
def test_a_buffer_with_gaps_is_a_buffer_error(checksum: Checksum, strided: memoryview) -> None:
    with pytest.raises(BufferError, match="must export a C-contiguous buffer") as caught:
        checksum(strided)
    assert isinstance(caught.value.__cause__, BufferError)
    assert caught.value.__cause__ is not caught.value


@each_checksum
@pytest.mark.parametrize("make", [released_memoryview, closed_mmap])
def test_a_buffer_that_is_gone_is_a_value_error(
    checksum: Checksum, make: Callable[[], Any]
) -> None:
    with pytest.raises(ValueError, match="is released or closed") as caught:
        checksum(make())
    assert isinstance(caught.value.__cause__, ValueError)


# -- given back -----------------------------------------------------------------------------


@each_checksum
def test_a_buffer_is_given_back_after_the_call(checksum: Checksum) -> None:
    data = bytearray(b"abc")
    view = memoryview(data)
    checksum(data)
    checksum(view)
    view.release()
    data.append(0)


def test_a_buffer_that_is_not_given_back_does_show() -> None:
    data = bytearray(b"abc")
    view = memoryview(data)
    kept = memoryview(view)
    with pytest.raises(BufferError):
        data.append(0)
    kept.release()
    view.release()
    data.append(0)


@each_checksum
def test_a_buffer_is_given_back_after_it_was_refused(checksum: Checksum) -> None:
    data = bytearray(9)
    strided = memoryview(data)[::2]
    with pytest.raises(BufferError):
        checksum(strided)
    strided.release()
    data.append(0)


@pytest.mark.parametrize(
    ("loop", "workers"), [("spin", 1), ("checksum", 0), ("unheard", 1)], ids=str
)
def test_a_buffer_is_given_back_after_another_argument_was_refused(loop: str, workers: int) -> None:
    data = bytearray(b"abc")
    with pytest.raises((TypeError, ValueError)):
        time_os_threads(loop, workers, data)
    data.append(0)


class Exporter:
    """A buffer in Python, that keeps a record of who came and went."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error
        self.record: list[str] = []

    def __buffer__(self, flags: int) -> memoryview:
        self.record.append("taken")
        if self.error is not None:
            raise self.error
        return memoryview(b"foobar")

    def __release_buffer__(self, view: memoryview) -> None:
        self.record.append("given back")
        view.release()


@needs_python_exporters
@each_checksum
def test_a_buffer_is_taken_once_and_given_back_once(checksum: Checksum) -> None:
    exporter = Exporter()
    assert checksum(exporter) == 0x85944171F73967E8
    assert exporter.record == ["taken", "given back"]


@needs_python_exporters
@each_checksum
def test_what_an_exporter_raises_passes_through(checksum: Checksum) -> None:
    error = KeyError()
    exporter = Exporter(error)
    with pytest.raises(KeyError) as caught:
        checksum(exporter)
    assert caught.value is error
    assert exporter.record == ["taken"]


@needs_python_exporters
@each_checksum
@pytest.mark.parametrize("kind", [BufferError, ValueError])
def test_a_refusal_of_the_exporter_stays_visible_as_the_cause(
    checksum: Checksum, kind: type[Exception]
) -> None:
    error = kind("not now")
    with pytest.raises(kind, match="argument") as caught:
        checksum(Exporter(error))
    assert caught.value.__cause__ is error


# -- kept while other threads run -----------------------------------------------------------


def resizes_until(data: bytearray, is_enough: Callable[[int, int], bool]) -> int:
    """Lengthen `data` and shorten it again, over and over; return how often it was refused."""
    attempts = refusals = 0
    while not is_enough(attempts, refusals):
        attempts += 1
        try:
            data.append(0)
        except BufferError:
            refusals += 1
        else:
            while data[-1:] == b"\0":
                try:
                    del data[-1:]
                except BufferError:
                    refusals += 1
    return refusals


def refusals_beside(checksum: Checksum, is_enough: Callable[[int, int], bool]) -> int:
    """Resize a buffer here while another thread computes its checksum again and again."""
    data = bytearray(b"\1") * 2**18
    expected = {checksum(data), checksum(data + b"\0")}
    under_way = Event()
    done = Event()

    def sums() -> set[int]:
        results = set()
        while not done.is_set():
            results.add(checksum(data))
            under_way.set()
        return results

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(sums)
        try:
            under_way.wait()
            refusals = resizes_until(data, is_enough)
        finally:
            done.set()
    assert future.result() <= expected
    data.append(0)
    return refusals


@pytest.mark.parametrize(
    "checksum",
    [
        pytest.param(gilext.checksum_released, id="released"),
        pytest.param(checksum_in_os_threads, id="os_threads"),
    ],
)
def test_a_buffer_can_not_be_resized_while_the_gil_is_released(checksum: Checksum) -> None:
    assert refusals_beside(checksum, lambda _, refusals: refusals > 0)


@pytest.mark.with_gil
def test_nobody_finds_the_buffer_kept_while_the_gil_is_held() -> None:
    assert refusals_beside(gilext.checksum_held, lambda attempts, _: attempts == 100) == 0


@pytest.mark.without_gil
def test_without_a_gil_a_buffer_can_not_be_resized_either() -> None:
    assert refusals_beside(gilext.checksum_held, lambda _, refusals: refusals > 0)
