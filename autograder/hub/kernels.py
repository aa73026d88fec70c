"""How a server's kernels start: Python's as forks of the jail's kernel nursery, any other as Jupyter does."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from autograder.hub.kernel_nursery import MODULE, KernelNursery

NAME = "forked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """What the factory of provisioners takes for an installed one."""

    name: str
    value: str
    provisioner: type[LocalProvisioner]

    def load(self) -> type[LocalProvisioner]:
        """Return the class."""
        return self.provisioner


def use(nursery: KernelNursery) -> None:
    """Let the servers of this process start their kernels in ``nursery``."""

    class ForkingProvisioner(LocalProvisioner):
        """A local kernel, forked where it can be."""

        async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
            """Start the kernel; return how to reach it."""
            if cmd[0] != sys.executable or MODULE not in cmd:
                return await super().launch_kernel(cmd, **kwargs)
            arguments = cmd[cmd.index(MODULE) + 1 :]
            try:
                kernel = nursery.fork(arguments, kwargs["env"], kwargs.get("cwd") or str(Path.cwd()))
            except OSError:
                return await super().launch_kernel(cmd, **kwargs)
            self.process = cast(Any, kernel)
            self.pid = self.pgid = kernel.pid
            return self.connection_info

    registered = Registered(name=NAME, value=__name__, provisioner=ForkingProvisioner)
    KernelProvisionerFactory.provisioners[NAME] = cast(Any, registered)
    os.environ[KernelProvisionerFactory.default_provisioner_name_env] = NAME
