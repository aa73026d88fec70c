"""Where grading's jails come from: a zygote that has imported what labs use. Light, for each attempt's process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.cli.views import HiddenFiles, PublicViews
from autograder.course.bundle import Limits
from autograder.grading.pool import Grader, preload
from autograder.grading.spawn import RunningJail
from autograder.grading.world import FarSideLost
from autograder.jail import Jail, JailLimits, JailUnavailable, Job, Mount, Zygote, connect
from autograder.mirrors.wire import Wire
from autograder.state.objects import ObjectStore

PICTURES = ("imageio", "skimage.color.colorconv", "skimage.data._fetchers", "skimage.transform._warps")
"""scikit-image imports its parts when they are first used; labs and their tests use these."""

PRELOAD = (
    "numpy",
    "tensorflow",
    "matplotlib",
    "IPython",
    "PIL.PngImagePlugin",
    *PICTURES,
    "autograder.checks",
    "autograder.kernel.notebook",
    "autograder.kernel.models",
)
"""What a zygote imports before the first job, so that no job pays for it."""


ENVIRONMENT = {"TF_ENABLE_ONEDNN_OPTS": "0"}
"""With oneDNN, TensorFlow 2.21 ends the process of whoever forgets the batch axis of ``tf.nn.conv2d``, the very mistake
that a lab on convolution is there to be made in. Without it, it raises ``InvalidArgumentError``."""


class WiredJail:
    """A jail as grading needs it: a wire, layers, and how it ended."""

    def __init__(self, jail: Jail, limit_bytes: int) -> None:
        self._jail = jail
        self.wire = Wire(jail.socket, limit_bytes)

    @property
    def layers(self) -> tuple[str, ...]:
        return self._jail.layers

    def close(self) -> tuple[str, int]:
        try:
            ended = self._jail.kill()
        except JailUnavailable as error:
            raise FarSideLost(str(error)) from error
        return ended.reason, ended.peak_memory_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Jails:
    """Jails from a zygote, with a lab's public files in them."""

    address: str
    views: PublicViews
    language: str

    def spawn(self, program: str, public: Mapping[str, str], limits: Limits) -> RunningJail:
        """Start a program of ours in a jail. Raises ``FarSideLost`` when none can be had."""
        job = Job(
            program=program,
            limits=JailLimits(
                memory_bytes=limits.memory_bytes,
                disk_bytes=limits.disk_bytes,
                processes=limits.processes,
                cpus=limits.cpus,
                wall_seconds=limits.run_seconds + 10 * limits.test_seconds,
                cpu_seconds=int(limits.cpus * (limits.run_seconds + 10 * limits.test_seconds)),
                file_bytes=limits.disk_bytes,
            ),
            mounts=tuple(Mount(source=path, target=name) for name, path in self.views.entries(public).items()),
            environment={
                "AUTOGRADER_CROSSING_BYTES": str(limits.crossing_bytes),
                "AUTOGRADER_LANGUAGE": self.language,
            },
        )
        try:
            return WiredJail(connect(self.address).spawn(job), limits.crossing_bytes)
        except (JailUnavailable, OSError) as error:
            raise FarSideLost(str(error)) from error


def objects_in(home: Path) -> ObjectStore:
    """Return the object store of a state folder."""
    return ObjectStore(home / "objects")


def zygote(unsafe: bool = False) -> Zygote:
    """Return a zygote that has imported what labs use. Start it with ``with``; raises ``JailUnavailable`` there."""
    preload(__name__, *PICTURES)
    return Zygote(preload=PRELOAD, environment=ENVIRONMENT, unsafe=unsafe)


def grader(home: Path, address: str, language: str) -> Grader:
    """Return a grader whose jails come from the zygote at ``address`` and whose files are in ``home``."""
    objects = objects_in(home)
    jails = Jails(address=address, views=PublicViews(folder=home / "public", objects=objects), language=language)
    return Grader(spawner=jails, objects=objects, hidden=HiddenFiles(objects=objects))
