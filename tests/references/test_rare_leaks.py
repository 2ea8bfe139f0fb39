"""check_leaks() finds the rarer kinds of leak, and clears their twins."""

import json
import re
import sys
from pathlib import Path

import pytest

from gilext._native import heap_bytes, is_immortal

sys.path.insert(0, str(Path(__file__).parents[1] / "planted"))
from planting import MORE_CASES, build

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build the module of planted leaks."""
    return build(tmp_path_factory.mktemp("planted"))


@pytest.mark.parametrize("name", MORE_CASES)
def test_rare_leak_is_found_and_named_and_its_twin_cleared(built, run_child, name):
    if name == "small_int" and is_immortal(7):
        pytest.skip("small integers are immortal here: nothing can leak")
    if name == "raw" and heap_bytes() is None:
        pytest.skip("the C library doesn't tell what malloc() has given out")

    said = json.loads(run_child("rare_leak.py", str(built), name).stdout)

    assert re.search(MORE_CASES[name][2], said["leak"], re.IGNORECASE)
    assert "leaks nothing" in said["sound"]
