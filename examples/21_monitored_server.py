"""A web server whose thread pool holds the GIL: everybody else waits, and the monitor shows it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

import gilext

REQUESTS = 150
LIMIT = 20_000_000  # the primes below it take some tens of milliseconds
WORK = {"/held": gilext.count_primes_held, "/released": gilext.count_primes_released}


async def serve(pool, reader, writer):
    """Answer one request: /hello at once, the others with work in a thread."""
    path = (await reader.readline()).split()[1].decode()
    if path in WORK:
        loop = asyncio.get_running_loop()
        body = str(await loop.run_in_executor(pool, WORK[path], LIMIT))
    else:
        body = "hello"
    writer.write(f"HTTP/1.0 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
    await writer.drain()
    writer.close()


async def get(port, path):
    """Send a request; return the seconds until its answer was there."""
    start = perf_counter()
    reader, writer = await asyncio.open_connection("localhost", port)
    writer.write(f"GET {path} HTTP/1.0\r\n\r\n".encode())
    await reader.read()
    writer.close()
    return perf_counter() - start


async def load(port, path):
    """Ask for /hello again and again while one other client asks for the work."""

    async def keep_asking():
        while True:
            await get(port, path)

    other = asyncio.create_task(keep_asking())
    seconds = []
    for _ in range(REQUESTS):
        seconds.append(await get(port, "/hello"))
        await asyncio.sleep(0.01)
    other.cancel()
    return sorted(seconds)


async def main():
    """Measure /hello beside each kind of work."""
    with ThreadPoolExecutor(2) as pool:
        server = await asyncio.start_server(lambda r, w: serve(pool, r, w), "localhost", 0)
        port = server.sockets[0].getsockname()[1]
        p99 = {}
        print("work       /hello p50   /hello p99   GIL held   longest hold")
        for path in WORK:
            with gilext.monitor(window=30) as monitor:
                seconds = await load(port, path)
                seen = monitor.read()
            p99[path] = seconds[len(seconds) * 99 // 100]
            print(
                f"{path:10} {seconds[len(seconds) // 2] * 1e3:7.1f} ms   {p99[path] * 1e3:7.1f} ms "
                f"{seen.held_fraction:9.0%} {seen.longest_hold_seconds * 1e3:10.1f} ms"
            )
        server.close()
    times = p99["/held"] / p99["/released"]
    print(f"While other threads hold the GIL, the slowest /hello takes {times:.0f} times as long.")


if __name__ == "__main__":
    asyncio.run(main())
