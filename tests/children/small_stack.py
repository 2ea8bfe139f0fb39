"""Count primes, each way, in threads with so small a stack that the sieve doesn't fit on it."""

import threading

import gilext
from gilext._native import time_os_threads

LIMIT, EXPECTED = 10**5, 9592
calls = [binding.call for binding in gilext.loop("count_primes").bindings]
calls.append(lambda limit: time_os_threads("count_primes", 2, limit)[2][0])
results: list[int] = []

threading.stack_size(64 << 10)
for call in calls:
    thread = threading.Thread(target=lambda call=call: results.append(call(LIMIT)))
    thread.start()
    thread.join()
assert results == [EXPECTED] * len(calls), results
print("counted")
