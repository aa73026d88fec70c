"""What only the grader has, hidden arrays, and what the course sets for a lab's tests."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def hidden_data(name: str) -> dict[str, NDArray[Any]]:
    """Return the arrays of ``<name>.npz`` in the folder that AUTOGRADER_HIDDEN names; no pickled object is read.

    Only a hidden test may call it: on a student's machine there is no such folder. Raises ``LookupError`` without
    the folder, ``FileNotFoundError`` without the file, ``ValueError`` for a name that is not a plain word.
    """
    if not re.fullmatch(r"[\w-]+", name):
        raise ValueError(f"hidden data has a plain name, not {name!r}")
    folder = os.environ.get("AUTOGRADER_HIDDEN")
    if not folder:
        raise LookupError("AUTOGRADER_HIDDEN names no folder: hidden data is only there while grading")
    with np.load(Path(folder) / f"{name}.npz", allow_pickle=False) as stored:
        return {key: stored[key] for key in stored.files}


def setting(name: str, default: Any) -> Any:
    """Return what the lab's settings (JSON in AUTOGRADER_SETTINGS) say of ``name``, else ``default``."""
    return json.loads(os.environ.get("AUTOGRADER_SETTINGS") or "{}").get(name, default)
