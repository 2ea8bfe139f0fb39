"""A program that takes SIGRTMAX by sigtimedwait(), in a watch: each that was sent arrives."""

import os
import signal
import threading

from gilext import hold_for, watch

COUNT = 200
sent = 0

signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGRTMAX})


def send() -> None:
    for _ in range(COUNT):
        os.kill(os.getpid(), signal.SIGRTMAX)
        hold_for(5e-4)  # the sampler works for it


with watch():
    sender = threading.Thread(target=send)
    sender.start()
    sender.join()
    received = 0
    while signal.sigtimedwait({signal.SIGRTMAX}, 0) is not None:
        received += 1
assert received == COUNT, received
print("fine")
