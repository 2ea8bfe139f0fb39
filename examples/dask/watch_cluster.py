"""Which kind of task makes the others wait? Run it: python examples/dask/watch_cluster.py."""

from distributed import Client, LocalCluster
from pipeline import pack, parse

import gilext.dask


def main() -> None:
    """Watch two workers with two threads each, while both kinds of tasks run."""
    with (
        LocalCluster(n_workers=2, threads_per_worker=2, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        with gilext.dask.watch(client) as watched:
            client.gather([*client.map(parse, range(24)), *client.map(pack, range(24))])
        print(watched.recording)


if __name__ == "__main__":
    main()
