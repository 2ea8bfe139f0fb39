"""What only a part of gilext needs is asked for by the name of the extra that brings it."""

import pytest

from gilext.core.extras import check_extra


def test_what_is_missing_is_named_with_the_extra_that_brings_it():
    with pytest.raises(ImportError, match=r"^a cake needs no_egg: pip install 'gilext\[bake\]'$"):
        check_extra("a cake", "bake", "json", "no_egg")


def test_what_is_there_is_let_pass():
    check_extra("a cake", "bake", "json")
