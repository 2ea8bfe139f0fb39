"""What the tests of the recordings share."""

from collections.abc import Callable
from typing import TypeVar

import pytest

from gilext import watch
from gilext.recording.results import Recording

Found = TypeVar("Found")
WatchedUntilSeen = Callable[..., tuple[Found, Recording]]


@pytest.fixture(scope="session")
def watched_until_seen() -> WatchedUntilSeen:
    """Return a function that watches some work again and again, until something of it is found.

    On a crowded machine, the sampling thread may get no core while the work lasts.
    """

    def watch_until_seen(
        work: Callable[[], object], find: Callable[[Recording], Found], **settings: object
    ) -> tuple[Found, Recording]:
        while True:
            with watch(**settings) as watched:  # type: ignore[arg-type]
                work()
            if found := find(watched.recording):
                return found, watched.recording

    return watch_until_seen
