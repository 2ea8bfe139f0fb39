"""Let many threads meet many times; every round has to take place, in the right company."""

import sys
from concurrent.futures import ThreadPoolExecutor

from gilext import Meeting

THREADS = 6
ROUNDS = 200
LONG = 60.0


def attend(meeting: Meeting, arrivals: list[int]) -> None:
    for round_ in range(ROUNDS):
        arrivals.append(round_)
        assert meeting.wait_released(LONG)
        assert len(arrivals) >= (round_ + 1) * THREADS


def come_and_go(meeting: Meeting) -> None:
    for _ in range(ROUNDS * THREADS):
        meeting.wait_released(0)
        meeting.wait_held(0)


def main() -> None:
    sys.setswitchinterval(1e-5)
    meeting = Meeting(THREADS)
    arrivals: list[int] = []
    with ThreadPoolExecutor(THREADS) as pool:
        for future in [pool.submit(attend, meeting, arrivals) for _ in range(THREADS)]:
            future.result()
    # Nobody is left inside, whatever the order in which parties came and went.
    crowd = Meeting(THREADS + 1)
    with ThreadPoolExecutor(THREADS) as pool:
        for future in [pool.submit(come_and_go, crowd) for _ in range(THREADS)]:
            future.result()
    assert not any(crowd.wait_released(0) for _ in range(THREADS))
    print("all met")


main()
