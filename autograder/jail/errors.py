"""A layer of the jail cannot be had: then nothing runs, and the error says which layer and how to mend it."""

from __future__ import annotations

from pathlib import Path

from autograder.messages import say

_APPARMOR = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
_MOST_NAMESPACES = Path("/proc/sys/user/max_user_namespaces")

LAYERS = (
    "zygote",
    "program",
    "uid",
    "user",
    "pid",
    "mount",
    "network",
    "ipc",
    "uts",
    "cgroup",
    "root",
    "capabilities",
    "no_new_privs",
    "limits",
    "seccomp",
    "watchdog",
)
"""Every name that ``JailUnavailable.layer`` can have, in the order in which they are put on."""


class LayerMissing(Exception):
    """Raised while a jail is being built: ``layer`` could not be put on, because of ``reason``."""

    def __init__(self, layer: str, reason: object) -> None:
        super().__init__(f"{layer}: {reason}")
        self.layer = layer
        self.reason = str(reason)


class JailUnavailable(RuntimeError):
    """No jail, so nothing runs. ``str`` is a sentence with the layer, the reason and the remedy."""

    def __init__(self, layer: str, reason: str) -> None:
        self.layer = layer
        self.reason = reason
        self.remedy = remedy_for(layer, reason)
        super().__init__(say("jail.unavailable", layer=layer, reason=reason, remedy=self.remedy))

    def __reduce__(self) -> tuple[type[JailUnavailable], tuple[str, str]]:
        return JailUnavailable, (self.layer, self.reason)


def remedy_for(layer: str, reason: str) -> str:
    """Return a sentence on how to get ``layer`` on this machine."""
    if layer in ("zygote", "program", "uid", "limits", "watchdog"):
        return say(f"jail.remedy.{layer}")
    if layer == "seccomp":
        missing = "libseccomp" in reason or "pyseccomp" in reason
        return say("jail.remedy.libseccomp" if missing else "jail.remedy.seccomp")
    if _says(_APPARMOR, "1"):
        return say("jail.remedy.apparmor")
    if _says(_MOST_NAMESPACES, "0"):
        return say("jail.remedy.max_user_namespaces")
    return say("jail.remedy.namespaces")


def _says(path: Path, value: str) -> bool:
    try:
        return path.read_text().strip() == value
    except OSError:
        return False
