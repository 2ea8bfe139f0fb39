"""An audit that is ended by a signal leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from zipfile import ZipFile

import pytest

MEMBERS = 5000  # far more than are read before the signal comes
SECONDS = 60


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_no_unpacked_file_is_left_behind(tmp_path, number):
    wheel, temporary = tmp_path / "a-1.0-py3-none-any.whl", tmp_path / "temporary"
    temporary.mkdir()
    with ZipFile(wheel, "w") as archive:
        for index in range(MEMBERS):
            archive.writestr(f"a/m{index}.so", b"\x7fELF")
    command = [sys.executable, "-P", "-m", "gilext", "audit", str(wheel)]
    environment = os.environ | {"TMPDIR": str(temporary)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        ends = time.monotonic() + SECONDS
        while not list(temporary.glob("gilext-unpacked-*/member")):
            assert process.poll() is None and time.monotonic() < ends
            time.sleep(0.01)
        process.send_signal(number)
        code = process.wait(SECONDS)

    assert code not in (0, -number)
    assert list(temporary.iterdir()) == []
