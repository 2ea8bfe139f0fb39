"""Each worker of gunicorn has a watch of its own, and a watchdog that writes to the log."""

import gilext


def post_worker_init(worker):
    worker.watching = gilext.watch()
    worker.watching.__enter__()
    worker.monitor = gilext.monitor(watchdog=0.5)


def worker_exit(server, worker):
    worker.monitor.stop()
    worker.watching.__exit__(None, None, None)
    worker.watching.recording.save(f"holds-{worker.pid}.json")
