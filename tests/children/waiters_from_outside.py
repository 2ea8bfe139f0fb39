"""Hold the GIL while others wait for it, and say who they were; the parent looks for itself."""

import json
import threading

from gilext import hold_for, release_for, watch

are_ready, is_over = threading.Semaphore(0), threading.Event()


def go_away_and_want_it_back():
    are_ready.release()
    while not is_over.is_set():
        release_for(0.01)


def wait_for_something_else():
    are_ready.release()
    is_over.wait()


wanting = [threading.Thread(target=go_away_and_want_it_back) for _ in range(3)]
others = [threading.Thread(target=wait_for_something_else) for _ in range(2)]
with watch() as watched:
    for thread in (*others, *wanting):
        thread.start()
        are_ready.acquire()
    print(json.dumps([thread.native_id for thread in wanting]), flush=True)
    hold_for(2.0)
    is_over.set()
    for thread in (*others, *wanting):
        thread.join()
stall = max(watched.stalls, key=lambda one: one.hold.seconds)
print(json.dumps([watched.by_thread[victim.thread].native_id for victim in stall.victims]))
