"""Memory that Python's own counters don't know: `memory_sizes` and `ArenaCount`."""

import mmap
import os
import sys
import sysconfig

import pytest

from gilext._native import ArenaCount, memory_sizes

SIZE = 64 << 20
MUCH = 16 << 20
PYMALLOC = ("", "default", "debug", "pymalloc", "pymalloc_debug")
HAS_ARENAS = (
    not sysconfig.get_config_var("Py_GIL_DISABLED")
    and os.environ.get("PYTHONMALLOC", "") in PYMALLOC
)

with_arenas = pytest.mark.skipif(not HAS_ARENAS, reason="objects are in no arenas here")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs mmap() as Linux has it")
@pytest.mark.skipif(memory_sizes() is None, reason="a sanitizer keeps what is freed")
def test_mapped_memory_is_in_the_address_space_and_private_when_written():
    before = memory_sizes()
    with mmap.mmap(-1, SIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as mapped:
        reserved = memory_sizes()
        for place in range(0, SIZE, mmap.PAGESIZE):
            mapped[place] = 1
        written = memory_sizes()

    assert reserved[0] - before[0] >= SIZE
    assert reserved[1] - before[1] < SIZE / 2
    assert written[1] - reserved[1] > SIZE / 2


def many_blocks():
    """Allocate far more than what other tests have left free in the arenas."""
    return [bytes(400) for _ in range(100_000)]


@with_arenas
def test_arenas_of_new_objects_are_counted_and_those_of_freed_ones_taken_off():
    kept = []
    with ArenaCount() as arenas:
        kept += many_blocks()
        with_objects = arenas.bytes
        kept.clear()
        without = arenas.bytes

    assert with_objects > MUCH
    assert without < with_objects / 2


@with_arenas
def test_block_in_a_block_counts_from_its_own_start():
    kept = []
    with ArenaCount() as outer:
        kept += many_blocks()
        with ArenaCount() as inner:
            of_both = (outer.bytes, inner.bytes)
        assert inner.bytes is None
        assert outer.bytes >= of_both[0]

    assert of_both[0] > MUCH
    assert of_both[1] == 0
    assert outer.bytes is None


@with_arenas
def test_hook_of_somebody_else_stays_and_makes_the_count_unknown(run_child):
    assert run_child("arena_hooks.py").stdout == "counted\n"


@pytest.mark.skipif(
    not sysconfig.get_config_var("Py_GIL_DISABLED"), reason="objects are in arenas here"
)
def test_without_arenas_their_bytes_are_unknown():
    with ArenaCount() as arenas:
        assert arenas.bytes is None
