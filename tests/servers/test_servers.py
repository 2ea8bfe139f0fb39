"""Real servers under ``gilext watch --children``: the culprit's line, its process, and their end.

The commands are those of docs/services.md.
"""

import signal
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec

import pytest

import gilext

from .conftest import COMMANDS

NEEDED = (
    "uvicorn",
    "gunicorn",
    "flask",
    "django",
    "celery",
    "joblib",
    "distributed",
    "fastapi",
    "gevent",
)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.with_gil,
    pytest.mark.skipif(
        not all(map(find_spec, NEEDED)), reason="the servers are missing: nox -s servers"
    ),
]

TERM, INT, HUP = signal.SIGTERM, signal.SIGINT, signal.SIGHUP
SERVERS = [
    ("uvicorn", TERM),
    ("uvicorn", INT),
    ("uvicorn, two workers", TERM),
    ("uvicorn, reloading", INT),
    ("gunicorn", TERM),
    ("gunicorn, threads", INT),
    ("gunicorn, gevent", TERM),
    ("Flask", INT),
    ("Django", INT),
]
WORKERS = [("celery", TERM), ("celery, threads", INT)]
SCRIPTS = [
    "multiprocessing, fork",
    "multiprocessing, spawn",
    "multiprocessing, forkserver",
    "joblib",
    "dask",
]


HOLD = ("holding.py", "hold")


def recordings_of(service):
    files = (service.folder / "recordings").glob("*.gilext")
    return [gilext.load_recording(file) for file in files]


def held_of(recording):
    """Return for how long each line of the service's own held."""
    return {
        (line.frame.file.rpartition("/")[2], line.frame.function): line.held_seconds
        for line in recording.lines(own=True)
        if "holding.py" in line.frame.file
    }


def check_culprits(service, served):
    """Check that the line that holds is named in the processes that served, and in no other."""
    recordings = {recording.process.pid: recording for recording in recordings_of(service)}
    found = {pid for pid, recording in recordings.items() if HOLD in held_of(recording)}
    assert found == served, "\n".join(map(str, [*recordings.values(), service.said()]))


def test_each_command_of_the_page_is_run():
    assert set(COMMANDS) == {name for name, _ in SERVERS + WORKERS} | set(SCRIPTS)


@pytest.mark.parametrize(
    ("name", "number"), SERVERS, ids=lambda value: getattr(value, "name", value)
)
def test_server_names_its_culprit_and_ends_as_without(start, name, number):
    watched, plain = start(COMMANDS[name]), start(COMMANDS[name], is_watched=False)

    plain.serve()
    served = watched.serve()

    assert watched.end(number) == plain.end(number), watched.said()
    check_culprits(watched, served)


def test_gunicorn_goes_on_with_new_workers_after_sighup(start):
    service = start(COMMANDS["gunicorn"])

    served = service.serve()
    service.process.send_signal(HUP)
    while (process := int(service.get())) in served:
        pass
    served |= {process} | service.serve()

    assert service.end(TERM) == 0, service.said()
    check_culprits(service, served)


@pytest.mark.parametrize(("name", "number"), WORKERS, ids=["prefork", "threads"])
def test_celery_names_its_culprit_and_ends_as_without(start, name, number):
    watched, plain = start(COMMANDS[name]), start(COMMANDS[name], is_watched=False)

    worked = watched.work()
    plain.work()

    assert watched.end(number) == plain.end(number), watched.said()
    check_culprits(watched, worked)


@pytest.mark.parametrize("name", SCRIPTS)
def test_script_names_the_culprit_in_its_children(start, name):
    watched = start(COMMANDS[name])

    assert watched.wait() == 0, watched.said()
    worked = {int(line) for line in watched.said().splitlines() if line.isdecimal()}
    assert worked
    check_culprits(watched, worked)


def test_endpoint_answers_with_a_page_of_what_held_meanwhile(start):
    service = start("uvicorn debug_endpoint:app --port 8000", is_watched=False)
    service.get()

    with ThreadPoolExecutor(1) as pool:
        page = pool.submit(service.get, "/gil?seconds=2")
        while not page.done():
            service.get()

    assert "holding.py" in page.result() and "json.dumps(ROWS)" in page.result()


def test_workers_of_gunicorn_watch_themselves(start):
    service = start(
        "gunicorn --config gunicorn_conf.py wsgi:app --bind 127.0.0.1:8000", is_watched=False
    )

    served = service.serve()

    assert service.end(TERM) == 0, service.said()
    saved = {
        int(file.stem.rpartition("-")[2]): gilext.load_recording(file)
        for file in service.folder.glob("holds-*.json")
    }
    assert served == set(saved)
    for recording in saved.values():
        assert HOLD in held_of(recording)
