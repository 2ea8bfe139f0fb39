"""Cuts a process off, before it imports what others wrote: no network, no core file."""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import sys
from contextlib import suppress
from pathlib import Path

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_CONNECTIONS = {
    "socket.bind", "socket.connect", "socket.sendmsg", "socket.sendto",
}  # fmt: skip
_NAMES = {
    "socket.getaddrinfo", "socket.gethostbyaddr", "socket.gethostbyname", "socket.getnameinfo",
}  # fmt: skip
_REFUSED = "gilext imports modules without a network"


def cut_off() -> bool:
    """Leave the network, refuse its use to Python code, and write no core file.

    To be called while the process has one thread: the kernel lets no other leave.

    Returns
    -------
    bool
        Whether the kernel has cut the network. If it hasn't, only Python code is refused: C code
        that opens a socket by itself may reach the network.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    is_cut = _leave_network()
    sys.addaudithook(_refuse_network)
    return is_cut


def _leave_network() -> bool:
    """Move to a network namespace without any interface that is up, on Linux."""
    user, group = os.getuid(), os.getgid()
    try:
        unshare = ctypes.CDLL(None).unshare
    except (OSError, AttributeError):
        return False
    if unshare(_CLONE_NEWNET) == 0:
        return True
    if unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
        return False
    # The user's own number is kept, if the kernel allows it: some code asks for it.
    with suppress(OSError):
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1", "ascii")
        Path("/proc/self/setgroups").write_text("deny", "ascii")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1", "ascii")
    return True


def _refuse_network(event: str, _: object) -> None:
    if event in _CONNECTIONS:
        raise OSError(errno.ENETUNREACH, _REFUSED)
    if event in _NAMES:
        from _socket import EAI_AGAIN, gaierror

        raise gaierror(EAI_AGAIN, _REFUSED)
