"""What a marker claims of a test, where there is no GIL: its threads detach, and nobody waits long."""

from __future__ import annotations

from gilext.core.units import in_words
from gilext.integrations.pytest_places import described
from gilext.recording.parts import ThreadTime
from gilext.recording.pauses import Pause
from gilext.recording.results import Recording


def attached_failures(
    releases: float | None, max_stall: float | None, recording: Recording, own: str
) -> list[str]:
    """Return what of a claim isn't so, each in a sentence with its figures.

    Parameters
    ----------
    releases : float or None
        For which part of the test each of its threads has to be detached, at least.
    max_stall : float or None
        For how long a stop of the world may be kept waiting, in seconds.
    recording : Recording
        Of the test.
    own : str
        The name of the plugin's own thread.
    """
    failures = []
    longest = longest_attached(recording, own)
    if releases is not None and longest is not None:
        attached = (longest.attached_seconds or 0.0) / recording.seconds
        error = (longest.attached_error or 0.0) / recording.seconds
        if 1 - attached - error < releases:
            failures.append(
                f"{longest.name} was detached for {1 - attached:.1%} ± {error:.1%} of the "
                f"{in_words(recording.seconds)} of this test, and should be for {releases:.1%} "
                "at least"
            )
    pause = longest_pause(recording)
    if max_stall is not None and pause is not None and pause.stopping_seconds >= max_stall:
        failures.append(
            f"a stop of the world was kept waiting for {in_words(pause.stopping_seconds)}, and "
            f"should be for less than {in_words(max_stall)}: {place_of(pause)}"
        )
    return failures


def longest_attached(recording: Recording, own: str) -> ThreadTime | None:
    """Return the thread that was attached for longest, the plugin's own left out."""
    threads = [one for one in recording.by_thread if one.name != own]
    return max(threads, key=lambda one: one.attached_seconds or 0.0, default=None)


def longest_pause(recording: Recording) -> Pause | None:
    """Return the stop of the world that was kept waiting for longest."""
    return max(recording.pauses, key=lambda pause: pause.stopping_seconds, default=None)


def place_of(pause: Pause) -> str:
    """Return the line that kept a stop waiting; without one, the asker's."""
    frames = next((one.frames for one in pause.waited_for if one.frames), pause.frames)
    return described(frames) if frames else "it isn't known by whom"
