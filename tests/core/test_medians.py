"""The median, and that nothing brings the standard library's along."""

import subprocess
import sys

import pytest

from gilext.core.medians import median


@pytest.mark.parametrize(
    ("numbers", "middle"),
    [([3], 3), ([5, 1, 3], 3), ([4, 1, 3, 2], 2.5), (iter([2.0, 1.0]), 1.5)],
)
def test_median_is_in_the_middle(numbers, middle):
    assert median(numbers) == middle


def test_nothing_has_no_median():
    with pytest.raises(ValueError, match="no numbers"):
        median([])


def test_checks_and_comparisons_load_no_decimal():
    """On 3.12 it ends a process that loads it in two interpreters with a GIL each."""
    code = (
        "import sys; before = set(sys.modules)\n"  # what measures coverage loads it too
        "import gilext, gilext.testing\n"
        "gilext.check(len, (), seconds=0.001)\n"
        "gilext.compare, gilext.check_leaks, gilext.watch, gilext.monitor\n"
        "sys.exit(', '.join({'decimal', 'statistics', '_decimal'} & set(sys.modules) - before) or None)"
    )
    child = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, timeout=60
    )

    assert (child.returncode, child.stderr) == (0, "")
