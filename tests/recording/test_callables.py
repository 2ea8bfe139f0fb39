"""The C function that the holder was calling."""

import sys

import pytest

pytestmark = pytest.mark.with_gil


# None of the names is wrong: the child asserts it.
def test_c_function_that_holds_is_named_where_it_can_be_known(run_child):
    share, said = run_child("callables.py", "1").stdout.split()

    assert said == "named"
    assert float(share) > 0.5 if sys.version_info >= (3, 14) else float(share) == 0
