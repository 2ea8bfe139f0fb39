"""Python imports this when it starts as a child of a program whose children gilext watches.

It has the child recorded, and makes way for the sitecustomize that there would be without it. Any
Python may come here, so it's written as all of them understand it.
"""

import os
import sys


def _record(settings):
    """Record this process; return why that is impossible, or None."""
    try:
        import _imp

        if _imp.extension_suffixes()[0] != settings.split(";", 1)[0]:
            raise ImportError
    except ImportError:
        name = getattr(getattr(sys, "implementation", None), "name", "python")
        return name + " " + sys.version.split()[0] + " can't load this gilext"
    home = os.path.dirname(os.path.dirname(os.path.dirname(_here)))
    try:
        import gilext
    except ImportError:
        sys.path.insert(0, home)
        try:
            import gilext
        finally:
            sys.path.remove(home)
    if not os.path.samefile(os.path.dirname(gilext.__file__), os.path.join(home, "gilext")):
        return "it has another gilext"
    from gilext.recording.following import record_started_child

    record_started_child(settings)
    return None


def _record_or_tell(settings):
    folder = settings.split(";", 6)[-1]
    if not os.path.isdir(folder):
        return  # the watch is over
    try:
        reason = _record(settings)
    except Exception as error:
        reason = str(error) or type(error).__name__
    if reason is not None:
        with open(os.path.join(folder, "unwatched"), "a") as file:
            file.write(str(os.getpid()) + " " + reason.replace("\n", " ") + "\n")


_here = os.path.dirname(__file__)
while _here in sys.path:
    sys.path.remove(_here)
sys.path_importer_cache.pop(_here, None)
try:
    if "GILEXT_CHILDREN" in os.environ:
        _record_or_tell(os.environ["GILEXT_CHILDREN"])
except Exception:  # the child's own business goes on
    pass
sys.modules.pop("sitecustomize", None)
import sitecustomize  # noqa: E402, F401
