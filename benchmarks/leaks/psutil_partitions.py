"""A list that is made before the arguments are read.

See https://github.com/giampaolo/psutil/issues/2856.
"""

import psutil._psutil_linux as linux

fn = getattr(linux, "disk_partitions", None)
args = (3,)
raises = TypeError
