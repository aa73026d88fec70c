"""Preloaded into a zygote by tests: takes away one part of the jail, to see that its absence is noticed.

Never ``unshare``: what follows it would then happen to the machine itself. This module refuses that.

AUTOGRADER_SABOTAGE names it as ``module:attribute``; several are separated by spaces.
"""

import importlib
import os
import sys

for name in os.environ["AUTOGRADER_SABOTAGE"].split():
    if name.endswith(("unshare", "build", "mount_namespace", "namespaces")):
        raise ValueError(f"without {name} the jail would be built upon this machine")
    module, _, attribute = name.partition(":")
    if attribute:
        *owners, last = attribute.split(".")
        owner = importlib.import_module(module)
        for step in owners:
            owner = getattr(owner, step)
        setattr(owner, last, lambda *_, **__: ())
    else:
        sys.modules[module] = None  # as if it were not installed
