"""Services that run: their commands as docs/services.md has them, requests to them, their end."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "services.md"
ROW = re.compile(r"^\| (.+?) \| `gilext watch --children -o recordings/ (.+)` \|$", re.MULTILINE)
COMMANDS = dict(ROW.findall(PAGE.read_text(encoding="utf-8"))) if PAGE.exists() else {}
PORT = "8000"
REQUESTS = 12
TIMEOUT_SECONDS = 60


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Service:
    """One that runs in a folder of its own, and in a group of processes that ends with it."""

    def __init__(self, folder, command, is_watched):
        shutil.copytree(HERE / "apps", folder)
        self.folder, self.port = folder, free_port()
        self.workers = max(map(int, re.findall(r"--workers (\d+)", command)), default=1)
        words = re.sub(rf"\b{PORT}\b", str(self.port), command).split()
        if is_watched:
            start = [sys.executable, "-m", "gilext", "watch", "--children", "-o", "recordings/"]
        else:
            start = [sys.executable] if words[0].endswith(".py") else []
        self.output = (folder / "output").open("w+")
        self.process = subprocess.Popen(
            [*start, *words], cwd=folder, env=self.environment(), process_group=0,
            stdin=subprocess.DEVNULL, stdout=self.output, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def environment(self):
        beside = os.path.dirname(sys.executable)
        path = os.pathsep.join((beside, os.environ.get("PATH", os.defpath)))
        own = {"PATH": path, "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(self.folder)}
        return os.environ | own

    def get(self, path="/"):
        """Return what it answers, as soon as it does."""
        end = time.monotonic() + TIMEOUT_SECONDS
        while True:
            connection = HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS)
            try:
                connection.request("GET", path)
                answer = connection.getresponse()
                text = answer.read().decode()
                assert answer.status == 200, text
                return text
            except (OSError, HTTPException):
                if self.process.poll() is not None or time.monotonic() > end:
                    raise AssertionError(self.said()) from None
                time.sleep(0.05)
            finally:
                connection.close()

    def serve(self):
        """Have it hold the GIL until each worker has, and return their processes.

        A worker of gunicorn that is still starting doesn't hear SIGTERM.
        """
        served = {int(self.get())}
        end = time.monotonic() + TIMEOUT_SECONDS
        with ThreadPoolExecutor(8) as pool:
            while True:
                served.update(map(int, pool.map(lambda _: self.get(), range(REQUESTS))))
                if len(served) >= self.workers or time.monotonic() > end:
                    break
        assert len(served) >= self.workers, self.said()
        return served

    def work(self):
        """Have celery's workers hold it; return their processes."""
        asked = subprocess.run(
            [sys.executable, "celery_app.py"], cwd=self.folder, env=self.environment(),
            stdout=subprocess.PIPE, text=True, timeout=TIMEOUT_SECONDS, check=True,
        )  # fmt: skip
        return {int(line) for line in asked.stdout.split()}

    def end(self, number):
        """Send a signal, Ctrl-C to all of the group as a terminal does; return the exit code."""
        send = os.killpg if number == signal.SIGINT else os.kill
        send(self.process.pid, number)
        return self.wait()

    def wait(self):
        """Wait for its end; return the exit code."""
        try:
            return self.process.wait(TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it goes on\n{self.said()}") from None

    def said(self):
        self.output.seek(0)
        return self.output.read()

    def close(self):
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.output.close()


@pytest.fixture
def start(tmp_path):
    """Return what starts a service; all that were started end with the test."""
    started = []

    def start_service(command, is_watched=True):
        service = Service(tmp_path / f"{len(started)}", command, is_watched)
        started.append(service)
        return service

    yield start_service
    for service in started:
        service.close()
