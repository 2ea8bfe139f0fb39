"""The three loops: what they return, and whether other threads run beside them."""

import inspect
import platform
from array import array
from collections.abc import Callable, Sequence
from functools import cache, partial
from itertools import accumulate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gilext
from gilext._native import heap_bytes, sum_range_held, sum_range_released

UINT64_MAX = 2**64 - 1
uint64 = st.integers(0, UINT64_MAX)

each_spin = pytest.mark.parametrize(
    "spin",
    [
        pytest.param(gilext.spin_held, id="held"),
        pytest.param(gilext.spin_released, id="released"),
        pytest.param(gilext.spin_interruptible, id="interruptible"),
    ],
)
each_count_primes = pytest.mark.parametrize(
    "count_primes",
    [
        pytest.param(gilext.count_primes_held, id="held"),
        pytest.param(gilext.count_primes_released, id="released"),
    ],
)
each_checksum = pytest.mark.parametrize(
    "checksum",
    [
        pytest.param(gilext.checksum_held, id="held"),
        pytest.param(gilext.checksum_released, id="released"),
    ],
)

# -- spin -----------------------------------------------------------------------------------


def model_spin(iterations: int, seed: int) -> int:
    state = seed
    for _ in range(iterations):
        state ^= state >> 32
        state = (state * 0x9FB21C651E98DF25 + 0x9E3779B97F4A7C15) % 2**64
    return state


@each_spin
@given(seed=uint64)
def test_no_iterations_return_the_seed(spin: Callable[..., int], seed: int) -> None:
    assert spin(0, seed) == seed


@each_spin
def test_the_seed_is_0_unless_given(spin: Callable[..., int]) -> None:
    assert spin(5) == spin(5, 0) == model_spin(5, 0)


@each_spin
@given(iterations=st.integers(0, 300), seed=uint64)
def test_spin_agrees_with_the_model(spin: Callable[..., int], iterations: int, seed: int) -> None:
    assert spin(iterations, seed) == model_spin(iterations, seed)


@each_spin
@given(first=st.integers(0, 2**17), second=st.integers(0, 2**17), seed=uint64)
def test_a_chain_may_be_cut_anywhere(
    spin: Callable[..., int], first: int, second: int, seed: int
) -> None:
    assert spin(first + second, seed) == spin(second, spin(first, seed))


@given(iterations=st.integers(0, 2**17), seed=uint64)
def test_all_variants_of_spin_agree(iterations: int, seed: int) -> None:
    held = gilext.spin_held(iterations, seed)
    assert held == gilext.spin_released(iterations, seed)
    assert held == gilext.spin_interruptible(iterations, seed)


# -- count_primes ---------------------------------------------------------------------------

SEGMENT = 524288  # the numbers that the sieve takes at a time
LARGEST_SIEVED = 4 * SEGMENT + 2


@cache
def naive_counts() -> Sequence[int]:
    """Count the primes up to every number there is to look at."""
    is_prime = bytearray([1]) * (LARGEST_SIEVED + 1)
    is_prime[0] = is_prime[1] = 0
    for number in range(2, LARGEST_SIEVED + 1):
        if number * number > LARGEST_SIEVED:
            break
        if is_prime[number]:
            for multiple in range(2 * number, LARGEST_SIEVED + 1, number):
                is_prime[multiple] = 0
    return array("L", accumulate(is_prime))


@each_count_primes
@pytest.mark.parametrize(
    ("limit", "count"),
    [
        (0, 0),
        (1, 0),
        (2, 1),
        (3, 2),
        (4, 2),
        (10, 4),
        (100, 25),
        (10**4, 1229),
        (10**6, 78498),
        (10**7, 664579),
        (10**8, 5761455),
    ],
)
def test_published_counts_of_primes(
    count_primes: Callable[[int], int], limit: int, count: int
) -> None:
    assert count_primes(limit) == count


@each_count_primes
@pytest.mark.parametrize("offset", [-2, -1, 0, 1, 2])
@pytest.mark.parametrize("segments", [1, 2, 3, 4])
def test_no_prime_is_lost_where_segments_meet(
    count_primes: Callable[[int], int], segments: int, offset: int
) -> None:
    limit = segments * SEGMENT + offset
    assert count_primes(limit) == naive_counts()[limit]


@each_count_primes
@pytest.mark.parametrize("prime", [3, 5, 7, 61, 719, 727, 1447])
@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_the_square_of_a_prime_is_composite(
    count_primes: Callable[[int], int], prime: int, offset: int
) -> None:
    limit = prime * prime + offset
    assert count_primes(limit) == naive_counts()[limit]


@each_count_primes
@given(limit=st.integers(0, LARGEST_SIEVED))
def test_count_primes_agrees_with_a_naive_sieve(
    count_primes: Callable[[int], int], limit: int
) -> None:
    assert count_primes(limit) == naive_counts()[limit]


# -- checksum -------------------------------------------------------------------------------


def model_checksum(data: bytes) -> int:
    hash_ = 14695981039346656037
    for byte in data:
        hash_ = ((hash_ ^ byte) * 1099511628211) % 2**64
    return hash_


@each_checksum
@pytest.mark.parametrize(
    ("data", "hash_"),
    [
        (b"", 0xCBF29CE484222325),
        (b"a", 0xAF63DC4C8601EC8C),
        (b"b", 0xAF63DF4C8601F1A5),
        (b"c", 0xAF63DE4C8601EFF2),
        (b"fo", 0x08985907B541D342),
        (b"foo", 0xDCB27518FED9D577),
        (b"foob", 0xDD120E790C2512AF),
        (b"fooba", 0xCAC165AFA2FEF40A),
        (b"foobar", 0x85944171F73967E8),
    ],
)
def test_published_vectors_of_fnv_1a(
    checksum: Callable[[bytes], int], data: bytes, hash_: int
) -> None:
    assert checksum(data) == hash_


@each_checksum
@given(data=st.binary(max_size=2000))
def test_checksum_agrees_with_the_model(checksum: Callable[[bytes], int], data: bytes) -> None:
    assert checksum(data) == model_checksum(data)


# -- held and released ----------------------------------------------------------------------

MEBIBYTE = bytes(range(256)) * 4096

HELD = [
    pytest.param(partial(gilext.spin_held, 10**6), id="spin"),
    pytest.param(partial(gilext.count_primes_held, 10**6), id="count_primes"),
    pytest.param(partial(gilext.checksum_held, MEBIBYTE), id="checksum"),
    pytest.param(partial(sum_range_held, 0, 10**6), id="sum_range"),
]
RELEASED = [
    pytest.param(partial(gilext.spin_released, 10**6), id="spin"),
    pytest.param(partial(gilext.spin_interruptible, 10**6), id="spin_interruptible"),
    pytest.param(partial(gilext.count_primes_released, 10**6), id="count_primes"),
    pytest.param(partial(gilext.checksum_released, MEBIBYTE), id="checksum"),
    pytest.param(partial(sum_range_released, 0, 10**6), id="sum_range"),
]


@pytest.mark.with_gil
@pytest.mark.parametrize("call", HELD)
def test_no_other_thread_runs_during_a_held_loop(
    call: Callable[[], int], another_thread_ran_during: Callable[..., bool]
) -> None:
    assert not any(another_thread_ran_during(call) for _ in range(20))


@pytest.mark.without_gil
@pytest.mark.parametrize("call", HELD)
def test_without_a_gil_other_threads_run_during_a_held_loop(
    call: Callable[[], int], another_thread_ran_during: Callable[..., bool]
) -> None:
    while not another_thread_ran_during(call):
        pass


@pytest.mark.parametrize("call", RELEASED)
def test_other_threads_run_during_a_released_loop(
    call: Callable[[], int], another_thread_ran_during: Callable[..., bool]
) -> None:
    while not another_thread_ran_during(call):
        pass


def test_primes_are_counted_on_a_small_stack(run_child: Callable[..., Any]) -> None:
    assert run_child("small_stack.py").stdout == "counted\n"


@pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc" or not heap_bytes(),
    reason="the script knows the heap of glibc alone",
)
def test_no_memory_for_the_sieve_is_a_memory_error_each_way(run_child: Callable[..., Any]) -> None:
    assert run_child("no_heap.py").stdout == "MemoryError\n"


# -- sum_range ------------------------------------------------------------------------------


@pytest.mark.parametrize("sum_range", [sum_range_held, sum_range_released])
@given(start=st.integers(0, 5000), middle=st.integers(0, 5000), stop=st.integers(0, 5000))
def test_parts_of_a_range_add_up_to_the_sum_of_all(
    sum_range: Callable[[int, int], int], start: int, middle: int, stop: int
) -> None:
    start, middle, stop = sorted((start, middle, stop))

    assert sum_range(start, middle) + sum_range(middle, stop) == sum(range(start, stop))
    assert sum_range(stop, start) == 0


# -- what help() and an editor show ---------------------------------------------------------

SIGNATURES = {
    "spin_held": "(iterations, seed=0)",
    "spin_released": "(iterations, seed=0)",
    "spin_interruptible": "(iterations, seed=0)",
    "count_primes_held": "(limit)",
    "count_primes_released": "(limit)",
    "checksum_held": "(buffer)",
    "checksum_released": "(buffer)",
}


@pytest.mark.parametrize(("name", "signature"), SIGNATURES.items(), ids=SIGNATURES)
def test_a_loop_has_a_signature_and_a_docstring(name: str, signature: str) -> None:
    function = getattr(gilext, name)
    assert str(inspect.signature(function)) == signature
    assert function.__name__ == name
    for part in ("Parameters", "Returns", "Raises", *inspect.signature(function).parameters):
        assert part in inspect.getdoc(function)


@each_spin
def test_spin_takes_its_arguments_by_name(spin: Callable[..., int]) -> None:
    assert spin(seed=3, iterations=4) == spin(4, seed=3) == spin(4, 3)


@each_count_primes
def test_count_primes_takes_its_argument_by_name(count_primes: Callable[..., int]) -> None:
    assert count_primes(limit=100) == 25


@each_checksum
def test_checksum_takes_its_argument_by_name(checksum: Callable[..., int]) -> None:
    assert checksum(buffer=b"a") == 0xAF63DC4C8601EC8C
