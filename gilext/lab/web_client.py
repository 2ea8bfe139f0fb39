"""The clients of the web server's lesson: processes of their own, as a server's clients are.

``python -m gilext.lab.web_client PORT hello REQUESTS PAUSE`` requests ``/hello`` that often and
writes how long each answer took, as JSON; ``PORT work`` requests ``/work`` again and again until
its standard input ends.
"""

from __future__ import annotations

import json
import select
import sys
from collections.abc import Sequence
from http.client import HTTPConnection
from time import perf_counter, sleep


def get(port: int, path: str) -> float:
    """Make one request over a connection of its own; return what it took until the answer."""
    start = perf_counter()
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path)
    connection.getresponse().read()
    seconds = perf_counter() - start
    connection.close()
    return seconds


def time_hello(port: int, requests: int, pause: float) -> list[float]:
    """Request hello, with a pause after each answer; return what each took."""
    seconds = []
    for _ in range(requests):
        seconds.append(get(port, "/hello"))
        sleep(pause)
    return seconds


def main(arguments: Sequence[str]) -> None:
    """Be one client."""
    match arguments:
        case [port, "hello", requests, pause]:
            print(json.dumps(time_hello(int(port), int(requests), float(pause))), flush=True)
        case [port, "work"]:
            while not select.select([sys.stdin], [], [], 0)[0]:
                get(int(port), "/work")


if __name__ == "__main__":
    main(sys.argv[1:])
