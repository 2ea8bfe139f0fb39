"""A server that forks again and again, under watch: nothing hangs, nothing is written twice."""

import json

import pytest

pytestmark = [pytest.mark.forks, pytest.mark.slow]

PREFORK = """
import os, signal, sys, threading, time, gilext
parent = os.getpid()
def busy():
    while True:
        gilext.hold_for(0.002)
        gilext.release_for(0.001)
def churn():
    while True:
        thread = threading.Thread(target=len, args=("",))
        thread.start()
        thread.join()
for work in (busy, busy, churn):
    threading.Thread(target=work, daemon=True).start()
ways = {
    "exit": lambda: sys.exit(3),
    "leave": lambda: os._exit(4),
    "raise": lambda: 1 / 0,
    "signal": lambda: os.kill(os.getpid(), signal.SIGTERM),
    "replaced": lambda: os.execv("/bin/sh", ["sh", "-c", "exit 5"]),
}
expected = {"exit": 3, "leave": 4, "raise": 1, "signal": -15, "replaced": 5}
os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
for start in range(0, FORKS, 20):  # that many workers at once
    workers = {}
    for number in range(start, start + 20):
        way = list(ways)[number % len(ways)]
        pid = os.fork()
        if pid == 0:
            signal.alarm(600)
            ways[way]()
        workers[pid] = way
    for pid, way in workers.items():
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        assert code == expected[way], (code, way)
assert os.getpid() == parent
print("all ended as they should")
"""


@pytest.mark.parametrize(("forks", "options"), [(1000, []), (200, ["--live"])], ids=["", "live"])
def test_forks_by_the_hundred_end_as_they_should(tmp_path, gilext_command, forks, options):
    (tmp_path / "prefork.py").write_text(f"FORKS = {forks}\n{PREFORK}")

    done = gilext_command(
        "watch", *options, "--save", "r.json", "--html", "p.html", "prefork.py",
        python=["-W", "ignore"], timeout=900,
    )  # fmt: skip

    assert (done.returncode, done.stdout) == (0, "all ended as they should\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["p.html", "prefork.py", "r.json"]
    recording = json.loads((tmp_path / "r.json").read_text())
    assert recording["by_thread"]
    assert (tmp_path / "p.html").read_text(encoding="utf-8").rstrip().endswith("</html>")
