"""Watch as many children as asked for: "forks" one after another, or "at once"."""

import os
import subprocess
import sys
import warnings

import gilext


def fork(number):
    begun = []
    for _ in range(number):
        process = os.fork()
        if process == 0:
            os._exit(0)
        begun.append(process)
        os.waitpid(process, 0)
    return begun


def at_once(number):
    ready, go = os.pipe()
    begun = [
        subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=ready)
        for _ in range(number)
    ]
    os.close(ready)
    os.close(go)
    for process in begun:
        process.wait()
    return [process.pid for process in begun]


warnings.simplefilter("ignore", DeprecationWarning)
way, number = sys.argv[1], int(sys.argv[2])
with gilext.watch(children=True) as watched:
    begun = {"forks": fork, "at_once": at_once}[way](number)
recording = watched.recording
assert recording.children_unavailable_reason is None, recording.children_unavailable_reason
found = sorted(child.process.pid for child in recording.children)
assert found == sorted(begun), (len(found), len(begun))
str(recording)
print("fine")
