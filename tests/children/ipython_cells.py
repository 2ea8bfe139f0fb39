"""Run cells, given as JSON, in an IPython shell; print what each showed as JSON."""

import json
import sys

from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

shell = InteractiveShell.instance(colors="nocolor", history_length=0)
shell.history_manager.enabled = False
found = []
for cell in json.loads(sys.argv[1]):
    with capture_output() as shown:
        done = shell.run_cell(cell, store_history=True)
    found.append(
        {
            "succeeded": done.success,
            "error": type(done.error_in_exec).__name__,
            "result": type(done.result).__name__,
            "stdout": shown.stdout,
            "stderr": shown.stderr,
            "outputs": [sorted(output.data) for output in shown.outputs],
            "texts": [output.data.get("text/plain", "") for output in shown.outputs],
        }
    )
print(json.dumps(found))
