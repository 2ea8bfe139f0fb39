"""Tasks for celery; its messages and results are files. As a script it asks for some."""

from pathlib import Path

from celery import Celery
from holding import hold

FOLDER = Path(__file__).with_name("queue")
for name in ("messages", "results"):
    (FOLDER / name).mkdir(parents=True, exist_ok=True)
app = Celery(broker="filesystem://", backend=f"file://{FOLDER}/results")
app.conf.broker_transport_options = {
    "data_folder_in": f"{FOLDER}/messages",
    "data_folder_out": f"{FOLDER}/messages",
}
task = app.task(hold, name="hold")

if __name__ == "__main__":
    for result in [task.delay(0) for _ in range(12)]:
        print(result.get(timeout=60))
