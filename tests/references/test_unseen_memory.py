"""check_leaks() finds memory that neither Python's allocators nor malloc() gave out."""

import ctypes
import mmap
import sys
from itertools import count, repeat

import pytest

from gilext import check_leaks
from gilext._native import memory_sizes

pytestmark = [
    pytest.mark.usefixtures("little_to_collect"),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="maps memory as Linux does"),
    pytest.mark.skipif(memory_sizes() is None, reason="a sanitizer keeps what is freed"),
]

MAPPED = 16 << 10
PIECE = b"x" * 100


@pytest.fixture
def libc():
    libc = ctypes.CDLL(None)
    libc.mmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long)
    libc.mmap.restype = ctypes.c_void_p
    libc.munmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t)
    return libc


def test_what_is_mapped_and_never_unmapped_is_told_from_its_twin(libc):
    def take():
        return libc.mmap(None, MAPPED, mmap.PROT_READ, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, 0)

    def take_and_give_back():
        libc.munmap(take(), MAPPED)

    report = check_leaks(take)

    assert [leak.of for leak in report.leaks] == ["address space"]
    assert report.leaks[0].size_bytes == pytest.approx(MAPPED, rel=0.1)
    assert check_leaks(take_and_give_back).leaks == ()


def test_pieces_of_an_allocator_of_its_own_are_told_from_its_twin():
    with mmap.mmap(-1, 1 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:

        def takes_at(places):
            def take():
                place = next(places)
                memory[place : place + len(PIECE)] = PIECE

            return take

        report = check_leaks(takes_at(count(step=len(PIECE))))
        twin = check_leaks(takes_at(repeat(0)))

    assert [leak.of for leak in report.leaks] == ["private memory"]
    assert report.leaks[0].size_bytes == pytest.approx(len(PIECE), rel=0.3)
    assert twin.leaks == ()


@pytest.mark.skipif(not sys.getallocatedblocks(), reason="this allocator counts no blocks")
def test_arenas_of_leaked_blocks_are_no_leak_of_their_own():
    kept = []

    report = check_leaks(lambda: kept.append(bytes(400)))

    assert "memory" in [leak.of for leak in report.leaks]
    assert not {"address space", "private memory", "heap"} & {leak.of for leak in report.leaks}
