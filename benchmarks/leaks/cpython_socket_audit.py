"""An audit hook that fails.

See https://github.com/python/cpython/issues/146245.
"""

import socket
import sys

host = "a.host.of.mine"


def hook(event, args):
    if event == "socket.getaddrinfo" and args[0] == host:
        raise PermissionError


sys.addaudithook(hook)
fn = socket.getaddrinfo
args = (host, 80)
raises = PermissionError
