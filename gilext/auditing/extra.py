"""The libraries that an audit reads files with: ``pip install 'gilext[audit]'``."""

from __future__ import annotations

from gilext.core.extras import check_extra


def check_audit_extra() -> None:
    """See that lief, packaging and abi3info are there; they are imported only where they are used.

    Raises
    ------
    ImportError
        If one is missing; the message says how to install it.
    """
    check_extra("an audit", "audit", "lief", "packaging", "abi3info")
