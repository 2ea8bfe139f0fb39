"""Monitors in a dask cluster, and gilknocker on the same worker; as dask_cluster.py does."""

import os
import sys
import time
from urllib.request import urlopen

import dask
from dask_cluster import HOLD_SECONDS, cluster, hold, rows, run

import gilext
import gilext.dask


def metrics_of(client):
    workers = client.scheduler_info()["workers"].values()
    return [one["metrics"].get("gilext") for one in workers]


def served(client):
    ports = client.run(lambda dask_worker: dask_worker.http_server.port)
    port = client.run_on_scheduler(lambda dask_scheduler: dask_scheduler.http_server.port)
    texts = []
    for one in [*ports.values(), port]:
        with urlopen(f"http://127.0.0.1:{one}/metrics") as answer:
            texts.append(answer.read().decode())
    return [text.count("\ngilext_gil_held_ratio ") for text in texts]


def plugins(processes="yes"):
    with cluster(processes=processes == "yes") as (_, client):
        client.register_plugin(gilext.dask.GilMonitor(window=20.0))
        client.register_plugin(gilext.dask.GilMonitor())  # takes the place of the first
        client.register_plugin(gilext.dask.SchedulerGilMonitor())
        client.register_plugin(gilext.dask.SchedulerGilMonitor())
        while None in metrics_of(client):
            time.sleep(0.05)
        before = metrics_of(client)
        client.gather(client.map(hold, range(8), pure=False))
        is_served = served(client)
        while min(b["seconds_total"] for b in metrics_of(client)) < 1.0:
            time.sleep(0.05)
        after = metrics_of(client)
        client.unregister_worker_plugin("gilext")
        while any(metrics_of(client)) and processes == "yes":
            time.sleep(0.05)
        return {
            "least": 8 * HOLD_SECONDS,
            "before": before,
            "after": after,
            "served": is_served,
            "served_afterwards": served(client),
        }


def hold_a_part(rounds, part):
    """Hold the GIL for a part of each tenth of a second; return how long that took at most."""
    most = 0.0
    for _ in range(rounds):
        before = time.monotonic()
        gilext.hold_for(0.1 * part)
        most += time.monotonic() - before  # with what it takes to get the GIL back, if it was lost
        gilext.release_for(0.1 * (1 - part))
    return most


def beside_gilknocker(rounds="10", *parts):
    """Return what gilext and gilknocker say of the same worker, of which the truth is known."""
    found = []
    dask.config.set({"distributed.admin.system-monitor.gil.enabled": True})
    rounds = int(rounds)
    with cluster(n_workers=1, threads_per_worker=1) as (_, client):
        for part in map(float, parts or ("0.2", "0.8")):
            before = client.run(contention).popitem()[1]
            with gilext.dask.watch(client) as watched:
                most = client.submit(hold_a_part, rounds, part, pure=False).result()
            after = client.run(contention).popitem()[1]
            ((_, recording),) = watched.recording.processes
            task = rows(watched.recording)["hold_a_part"]
            found.append(
                {
                    "least": rounds * 0.1 * part,
                    "most": most,
                    "gilext": task.held_seconds,
                    "error": recording.held_error * recording.seconds,
                    "outside": recording.held_fraction * recording.seconds - task.held_seconds,
                    "gilknocker": None if before is None else after - before,
                    "lasted": recording.seconds,
                }
            )
    return found


def contention(dask_worker):
    monitor = dask_worker.monitor
    if not monitor.monitor_gil_contention:
        return None
    monitor.update()
    return monitor.cumulative_gil_contention


if __name__ == "__main__":
    run(globals())
    if "gilknocker" in sys.modules:
        os._exit(0)  # its thread may abort a process that ends
