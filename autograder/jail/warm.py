"""Imports, once and for all jails, what a library would import later: modules that it loads lazily, at first use."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable
from contextlib import suppress

LAZY = {
    "numpy": ("numpy.random", "numpy.linalg", "numpy.fft", "numpy.ma", "numpy.polynomial", "numpy.testing"),
    "tensorflow": ("keras", "tensorflow.keras", "keras._tf_keras.keras", "h5py"),
    "matplotlib": ("matplotlib.pyplot", "matplotlib.font_manager", "matplotlib.backends.backend_agg"),
    "IPython": ("IPython.core.interactiveshell", "IPython.core.pylabtools", "matplotlib_inline.backend_inline"),
}
"""By the first part of a module's name: what to import with it. What is not installed is left out."""


def warm(modules: Iterable[str]) -> None:
    """Import ``modules`` and what belongs to them. Raises ``ImportError`` for one of ``modules``."""
    for name in modules:
        importlib.import_module(name)
        for later in LAZY.get(name.partition(".")[0], ()):
            with suppress(ImportError):
                importlib.import_module(later)
    if "tensorflow" in sys.modules:
        _resolve_keras()


def _resolve_keras() -> None:
    """``tensorflow.keras`` is a loader that imports at the first attribute: ask for one."""
    tensorflow = sys.modules["tensorflow"]
    for name in ("layers", "models", "utils", "datasets", "optimizers", "losses", "metrics"):
        getattr(tensorflow.keras, name)
