"""Watch a dask cluster; print what a test asks of it as JSON: a case's name is the argument."""

import asyncio
import json
import os
import signal
import sys
import threading
import time
from contextlib import contextmanager

import dask
from distributed import Client, LocalCluster, secede, wait

import gilext
import gilext.dask

HOLD_SECONDS = 0.03


def hold(_):
    start = time.monotonic()
    gilext.hold_for(HOLD_SECONDS)
    return time.monotonic() - start  # with what it takes to get the GIL back, if it was lost


def release(_):
    gilext.release_for(HOLD_SECONDS)
    return 0.0


def fail(_):
    gilext.hold_for(HOLD_SECONDS)
    raise ValueError("as asked")


def hold_apart(_):
    secede()
    gilext.hold_for(HOLD_SECONDS)


async def hold_on_the_loop(_):
    gilext.hold_for(HOLD_SECONDS)
    await asyncio.sleep(0)


def go_on(_):
    end = time.monotonic() + 30
    while time.monotonic() < end and not os.environ.get("GILEXT_TEST_OVER"):
        gilext.hold_for(0.001)


@contextmanager
def cluster(**options):
    options = {"n_workers": 2, "threads_per_worker": 2, "dashboard_address": ":0"} | options
    with LocalCluster(**options) as started, Client(started) as client:
        yield started, client


def rows(recording):
    return {task.task: task for task in recording.tasks}


def tasks():
    with cluster() as (_, client):
        with gilext.dask.watch(client) as watched:
            held = client.gather(client.map(hold, range(8), pure=False))
            client.gather(client.map(release, range(8), pure=False))
            wait(client.map(fail, range(3), pure=False))
            client.gather(client.map(hold_apart, range(3), pure=False))
            client.gather(client.map(hold_on_the_loop, range(2), pure=False))
        recording = watched.recording
        document = recording.to_dict()
        json.dumps(document)
        return {
            "least": len(held) * HOLD_SECONDS,
            "most": sum(held),
            "tasks": document["tasks"],
            "lines": [[one["task"], one["frame"]["function"]] for one in document["lines"]],
            "errors": [r["held_error"] * r["seconds"] for r in document["recordings"]],
            "held": [
                sum(t["held_seconds"] for t in r["by_thread"]) for r in document["recordings"]
            ],
            "pids": [one.process.pid for one in recording.workers.values()],
            "workers": list(client.run(os.getpid).values()),
            "text": str(watched),
            "html": watched._repr_html_(),
            "plugins": client.run(lambda dask_worker: [*map(str, dask_worker.plugins)]),
        }


def one_process():
    with cluster(processes=False) as (_, client):
        with gilext.dask.watch(client) as watched:
            client.gather(client.map(hold, range(8), pure=False))
        recording = watched.recording
        merged = recording.merged()
        return {
            "addresses": len(recording.workers),
            "recordings": len(recording.to_dict()["recordings"]),
            "children": len(merged.children),
            "runs": rows(recording)["hold"].runs,
            "held": rows(recording)["hold"].held_seconds,
            "seconds": merged.seconds,
            "text": str(recording),
        }


def come_and_go():
    with cluster() as (started, client):
        gone, stays = client.run(os.getpid)
        with gilext.dask.watch(client) as watched:
            started.scale(3)
            client.wait_for_workers(3)
            client.run(os._exit, 1, workers=[gone], on_error="ignore")
            while gone in client.run(os.getpid, on_error="ignore"):
                time.sleep(0.05)
            client.wait_for_workers(3)
        (joined, *_) = [one for one in client.run(os.getpid) if one not in (gone, stays)]
        return {
            "gone": gone,
            "joined": joined,
            "stays": stays,
            "recorded": list(watched.recording.workers),
            "notes": watched.recording.notes,
        }


def message_of(call):
    try:
        call()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "nothing was raised"


def enter(client):
    with gilext.dask.watch(client):
        pass


def make_old():
    import gilext.integrations.dask_worker

    gilext.integrations.dask_worker.__version__ = "0.0.1"


def hide():
    class NotInstalled:
        def find_spec(self, name, path=None, target=None):
            if name == "gilext":
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    for name in [name for name in sys.modules if name.split(".")[0] == "gilext"]:
        del sys.modules[name]
    sys.meta_path.insert(0, NotInstalled())


def count_plugins(dask_worker):
    return len([name for name in dask_worker.plugins if "gilext" in str(name)])


def refused():
    with cluster() as (_, client):
        first, second = client.run(os.getpid)
        client.run(make_old, workers=[second])
        old = message_of(lambda: enter(client))
        client.run(hide, workers=[second])
        without = message_of(lambda: enter(client))
        return {
            "first": first,
            "second": second,
            "version": gilext.__version__,
            "old": old,
            "without": without,
            "left": client.run(count_plugins, workers=[first])[first],
        }


def no_workers():
    with cluster(n_workers=0, processes=False) as (_, client):
        return {"said": message_of(lambda: enter(client))}


def misused():
    with cluster(processes=False, n_workers=1) as (_, client):
        watched = gilext.dask.watch(client)
        early = message_of(lambda: watched.recording)
        with watched:
            pass
        return {
            "early": early,
            "twice": message_of(watched.__enter__),
            "argument": message_of(lambda: gilext.dask.watch(client, interval=100.0)),
            "current": str(type(gilext.dask.watch())),
        }


def raised_in_the_block():
    from gilext.integrations.dask_worker import _watches

    def run():
        with gilext.dask.watch(client) as watched:
            kept.append(watched)
            client.gather(client.map(hold, range(2), pure=False))
            raise KeyError("the program's own")

    def close():
        with gilext.dask.watch(client):
            started.close()

    kept = []
    with cluster(processes=False) as (started, client):
        said = message_of(run)
        closed = message_of(close)
        return {
            "said": said,
            "runs": rows(kept[0].recording)["hold"].runs,
            "closed": closed,
            "left": len(_watches),
        }


def interrupted():
    from gilext.integrations.dask import ClusterWatch
    from gilext.integrations.dask_worker import _watches

    begin = ClusterWatch._begin

    async def begin_and_be_interrupted(self):
        await begin(self)
        found.append(len(_watches))
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        await asyncio.sleep(30)

    found = []
    ClusterWatch._begin = begin_and_be_interrupted
    with cluster(processes=False, n_workers=1) as (_, client):
        try:
            enter(client)
        except KeyboardInterrupt:
            return {"begun": found, "left": len(_watches)}


def asynchronous():
    async def main():
        options = {"n_workers": 1, "processes": False, "dashboard_address": ":0"}
        async with (
            LocalCluster(asynchronous=True, **options) as started,
            Client(started, asynchronous=True) as client,
        ):
            said = message_of(lambda: enter(client))
            async with gilext.dask.watch(client) as watched:
                await client.gather(client.map(hold, range(2), pure=False))
            return {"said": said, "runs": rows(watched.recording)["hold"].runs}

    return asyncio.run(main())


def still_running():
    with cluster(n_workers=1, processes=False) as (_, client):
        with gilext.dask.watch(client) as watched:
            future = client.submit(go_on, 0)
            while not client.run(lambda dask_worker: len(dask_worker.active_threads)).popitem()[1]:
                time.sleep(0.01)
            time.sleep(0.1)
        os.environ["GILEXT_TEST_OVER"] = "1"
        future.result()
        task = rows(watched.recording)["go_on"]
        return {"runs": task.runs, "held": task.held_seconds}


def ran_before():
    with cluster(n_workers=1, processes=False) as (_, client):
        future = client.submit(go_on, 0)
        while not client.run(lambda dask_worker: len(dask_worker.active_threads)).popitem()[1]:
            time.sleep(0.01)
        with gilext.dask.watch(client) as watched:
            time.sleep(0.1)
            os.environ["GILEXT_TEST_OVER"] = "1"
            future.result()
        task = rows(watched.recording)["go_on"]
        return {"runs": task.runs, "held": task.held_seconds}


def run(cases):
    """Run the case that the first argument names, and print what it found."""
    dask.config.set({"distributed.admin.system-monitor.gil.enabled": False})
    print(json.dumps(cases[sys.argv[1]](*sys.argv[2:]), default=list), flush=True)


if __name__ == "__main__":
    run(globals())
