"""What the pytest plugin's fixture ``gil`` is."""

from __future__ import annotations

from gilext.checking.checkup import check
from gilext.recording.watch import watch
from gilext.testing import (
    assert_detaches,
    assert_holds_gil,
    assert_pauses_below,
    assert_releases_gil,
    assert_stalls_below,
)


class Gil:
    """The checks of gilext, at hand in a test, with the arguments that they have there."""

    check = staticmethod(check)
    watch = staticmethod(watch)
    assert_releases = staticmethod(assert_releases_gil)
    assert_holds = staticmethod(assert_holds_gil)
    assert_detaches = staticmethod(assert_detaches)
    assert_stalls_below = staticmethod(assert_stalls_below)
    assert_pauses_below = staticmethod(assert_pauses_below)
