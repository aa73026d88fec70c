"""What a first cell and a first figure would import and compute, done when this is imported: once, before any fork.

Only caches fill here, nothing changes its behaviour: no shell is made, no backend is chosen, no thread starts.
"""

from __future__ import annotations

import importlib
import io

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.registry import backend_registry
from matplotlib.figure import Figure

MODULES = (
    "asyncio",
    "numpy.random",
    "IPython.core.application",
    "IPython.core.completer",
    "IPython.core.completerlib",
    "IPython.core.logger",
    "IPython.core.magic_arguments",
    "IPython.core.magics",
    "IPython.core.magics.ast_mod",
    "IPython.core.magics.execution",
    "IPython.core.oinspect",
    "IPython.core.pylabtools",
    "PIL.PngImagePlugin",
    "pygments.lexers.python",
)


def warm() -> None:
    """Import what is imported late, read matplotlib's entry points, draw one figure and throw it away."""
    for name in MODULES:
        importlib.import_module(name)
    backend_registry.resolve_gui_or_backend("inline")  # reads the metadata of every installed package: 0.2 s
    figure = Figure()
    axes = figure.subplots()
    axes.plot([1, 2], label="1")
    axes.legend()
    FigureCanvasAgg(figure).print_figure(io.BytesIO(), format="png", bbox_inches="tight")


warm()
