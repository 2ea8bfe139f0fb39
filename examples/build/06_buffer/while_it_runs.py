"""What other threads can do to a bytearray while it is hashed without the GIL."""

from threading import Thread

import fnv

data = bytearray(200_000_000)
thread = Thread(target=fnv.hash, args=(data,))
thread.start()
error = None
while thread.is_alive() and error is None:
    try:
        data.append(0)
        data.pop()
    except BufferError as caught:
        error = caught
print("resized:", error or "yes")
data[-1] = 1
print("written:", "yes, while it was hashed" if thread.is_alive() else "yes, after it was hashed")
thread.join()
