"""What it costs a busy server to be attached to, again and again: its latency before and after.

Two servers of the standard library, in threads, each with a client that asks one question after
another. One is attached to, the other, its twin, never is; the client asks both in turn. Run it
with CPython 3.14 or later: nox -s bench -- attach.
"""

from __future__ import annotations

import subprocess
import sys
import time
from http.client import HTTPConnection
from statistics import median

import gilext

TIMES = 100
SECONDS = 0.05
REQUESTS = 500
SERVER = """
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer in two parts would wait for the client's acknowledgement

    def do_GET(self):
        content = str(sum(range(20_000))).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments):
        pass

server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever(poll_interval=0.05)
"""


class Server:
    """A server in a process of its own, and a connection to it."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.connection = HTTPConnection("127.0.0.1", int(self.process.stdout.readline()))

    def ask(self) -> float:
        """Return how long an answer takes, in milliseconds."""
        start = time.perf_counter()
        self.connection.request("GET", "/")
        self.connection.getresponse().read()
        return (time.perf_counter() - start) * 1e3


def latencies(servers: dict[str, Server]) -> dict[str, list[float]]:
    """Ask each server in turn."""
    found: dict[str, list[float]] = {name: [] for name in servers}
    for _ in range(REQUESTS):
        for name, server in servers.items():
            found[name].append(server.ask())
    return found


def show(when: str, found: dict[str, list[float]]) -> None:
    """Print the median and the worst one in a hundred of each."""
    for name, times in found.items():
        worst = sorted(times)[-len(times) // 100]
        print(f"{when:<8} {name:<9} median {median(times):6.3f} ms   99% {worst:6.3f} ms")


def main() -> None:
    """Attach to one of two servers, over and over, while both are asked."""
    servers = {"attached": Server(), "twin": Server()}
    try:
        latencies(servers)  # to warm up
        show("before", latencies(servers))
        process = servers["attached"].process
        attaching = (
            f"import gilext\nfor _ in range({TIMES}): gilext.attach({process.pid}, {SECONDS})\n"
        )
        attacher = subprocess.Popen([sys.executable, "-c", attaching])
        during: dict[str, list[float]] = {name: [] for name in servers}
        while attacher.poll() is None:
            for name, server in servers.items():
                during[name].append(server.ask())
        show("during", during)
        show("after", latencies(servers))
        print(f"attached {TIMES} times: exit code {attacher.returncode}")
        assert all(server.process.poll() is None for server in servers.values())
        print(gilext.dump(process.pid).report().title)
    finally:
        for server in servers.values():
            server.process.kill()


if __name__ == "__main__":
    main()
