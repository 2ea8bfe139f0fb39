"""What is made of a sampler's rows, given rows that are rare in real programs."""

from types import SimpleNamespace

import pytest

from gilext.recording.views import threads_of


@pytest.mark.parametrize(("waited", "longest"), [(50, 80), (80, 50)])
def test_longest_wait_is_no_longer_than_all_waits(waited, longest):
    row = (1, 2, 10, 1, 10, 0, waited, longest)
    (thread,) = threads_of(SimpleNamespace(names_waiters=True, threads=lambda: [row]), {})

    assert thread.waited_seconds == waited * 1e-9
    assert thread.longest_wait_seconds == 50 * 1e-9


def test_waits_are_none_if_nobody_can_be_named():
    row = (1, 2, 10, 1, 10, 0, 0, 0)
    (thread,) = threads_of(SimpleNamespace(names_waiters=False, threads=lambda: [row]), {})

    assert thread.waited_seconds is thread.longest_wait_seconds is None
