"""The GIL of each worker of a dask cluster: ``pip install 'gilext[dask]'``.

``with watch(client) as watched:`` records on all workers, and names tasks; `GilMonitor` and
`SchedulerGilMonitor` are plugins that keep a monitor for as long as a cluster runs.
"""

try:
    import distributed as _distributed  # noqa: F401
except ModuleNotFoundError as error:
    if error.name != "distributed":
        raise
    raise ImportError(
        "gilext.dask needs dask.distributed: pip install 'gilext[dask]'", name="distributed"
    ) from error

from gilext.integrations.dask import ClusterWatch as ClusterWatch
from gilext.integrations.dask import watch as watch
from gilext.integrations.dask_plugins import GilMonitor as GilMonitor
from gilext.integrations.dask_plugins import SchedulerGilMonitor as SchedulerGilMonitor
from gilext.integrations.dask_results import ClusterRecording as ClusterRecording
from gilext.integrations.dask_results import TaskLine as TaskLine
from gilext.integrations.dask_results import TaskTime as TaskTime

__all__ = [
    "ClusterRecording",
    "ClusterWatch",
    "GilMonitor",
    "SchedulerGilMonitor",
    "TaskLine",
    "TaskTime",
    "watch",
]
