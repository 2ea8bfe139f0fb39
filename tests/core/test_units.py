"""Times with the unit that suits them."""

import pytest

from gilext.core.units import in_words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 ns"),
        (4e-8, "40 ns"),
        (2e-6, "2 µs"),
        (63.2e-6, "63.2 µs"),
        (9.999e-4, "1 ms"),
        (0.0632, "63.2 ms"),
        (1.5, "1.5 s"),
    ],
)
def test_times_have_units_for_people(seconds, words):
    assert in_words(seconds) == words
