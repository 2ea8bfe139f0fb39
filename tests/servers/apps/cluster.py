"""Work for a cluster of dask on this machine."""

from distributed import Client, LocalCluster
from holding import hold

if __name__ == "__main__":
    with (
        LocalCluster(n_workers=2, threads_per_worker=2, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        for process in client.gather(client.map(hold, range(12), pure=False)):
            print(process)
