"""Whether the figures of a recording agree with each other."""

from gilext import Recording

EXACT = 1 + 1e-9


def check_figures(recording: Recording) -> None:
    """See that no figure contradicts another, and that all can be said."""
    threads = recording.by_thread
    held = sum(thread.held_seconds for thread in threads)
    assert held <= recording.seconds * EXACT
    if recording.held_fraction is not None:
        assert abs(held - recording.held_fraction * recording.seconds) <= 1e-9
    if recording.wait_seconds is not None:
        waited = sum(thread.waited_seconds or 0.0 for thread in threads)
        assert waited <= recording.wait_seconds * EXACT
    assert sum(hold.seconds for hold in recording.holds) <= held * EXACT
    assert sum(line.held_seconds for line in recording.lines()) <= held * EXACT
    for hold in (*recording.holds, *(stall.hold for stall in recording.stalls)):
        assert hold.start_seconds >= 0 <= hold.seconds
        assert hold.start_seconds + hold.seconds <= recording.seconds * EXACT
        assert hold.thread < len(threads)
    str(recording)
