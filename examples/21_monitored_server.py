"""A web server whose thread pool holds the GIL: other requests wait, and the monitor shows it.

The clients are processes of their own (gilext/lab/web_client.py).
"""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import gilext
from gilext.lab.web_server import percentile

REQUESTS = 150
LIMIT = 30_000_000  # counting the primes below it takes some ten milliseconds


def count(limit):
    """Do the work as it was first written: it holds the GIL."""
    return gilext.count_primes_held(limit)


def count_repaired(limit):
    """Do the same work with the GIL released."""
    return gilext.count_primes_released(limit)


WORK = {"held": count, "released": count_repaired}


async def serve(pool, work, reader, writer):
    """Answer one request: /hello at once, /work with work in a thread."""
    path = (await reader.readuntil(b"\r\n\r\n")).split()[1]
    body = "hello"
    if path == b"/work":
        body = str(await asyncio.get_running_loop().run_in_executor(pool, work, LIMIT))
    writer.write(f"HTTP/1.0 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
    await writer.drain()
    writer.close()


async def client(port, *arguments):
    """Start a client process."""
    command = (sys.executable, "-m", "gilext.lab.web_client", str(port), *arguments)
    return await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)


async def load(port):
    """Return how long each /hello took, while one other client requests work."""
    working = await client(port, "work")
    answer, _ = await (await client(port, "hello", str(REQUESTS), "0.003")).communicate()
    await working.communicate(b"")  # it ends when its standard input does
    return sorted(json.loads(answer))


def of_gil(seen):
    """Return the last two columns; without a GIL there is nothing in them."""
    held, longest = seen.held_fraction, seen.longest_hold_seconds
    return "" if held is None or longest is None else f"{held:9.0%} {longest * 1e3:10.1f} ms"


async def main():
    """Measure /hello while each kind of work is done."""
    p99 = {}
    print("work       /hello p50   /hello p99   GIL held   longest hold")
    with ThreadPoolExecutor(2) as pool:
        for name, work in WORK.items():
            answer = partial(serve, pool, work)
            async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
                with gilext.monitor(window=30) as monitor:
                    seconds = await load(server.sockets[0].getsockname()[1])
                    seen = monitor.read()
            p50, p99[name] = percentile(seconds, 50), percentile(seconds, 99)
            print(f"{name:10} {p50 * 1e3:7.1f} ms   {p99[name] * 1e3:7.1f} ms {of_gil(seen)}")
    held, released = (f"{seconds * 1e3:.1f} ms" for seconds in p99.values())
    print(f"99 of 100 answers take up to {held} if work is held, up to {released} if not.")


if __name__ == "__main__":
    asyncio.run(main())
