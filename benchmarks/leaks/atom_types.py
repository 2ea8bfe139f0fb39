"""No tp_dealloc gives back its type.

See https://github.com/nucleic/atom/issues/254.
"""

from atom.datastructures.sortedmap import sortedmap

fn = sortedmap


def watch():
    return {"sortedmap": type(sortedmap())}
