"""Each table of a QCMetrics leaks a reference to None (before 3.12)."""

from sequali._qc import QCMetrics

m = QCMetrics()
fn = m.gc_content


def watch():
    return {"None": None}
