"""Test pictures that are drawn, not photographed: bars, edges, ramps and a checkerboard."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def bar(angle_degrees: float, size: int = 28, width: float = 3.0) -> NDArray[np.float32]:
    """Return a bright bar through the middle, from border to border: (size, size), float32 in 0–1.

    0° is horizontal, 90° vertical, and angles grow counter-clockwise. Its edges are smoothed over one pixel.
    """
    return np.clip(width / 2 + 0.5 - np.abs(_across(angle_degrees, size)), 0, 1).astype(np.float32)


def edge(angle_degrees: float, size: int = 28) -> NDArray[np.float32]:
    """Return dark on one side of a line through the middle and bright on the other: (size, size), float32 in 0–1.

    The line has the angle of ``bar``; at 90° the right half is bright, at 0° the lower one.
    """
    return np.clip(0.5 + _across(angle_degrees, size), 0, 1).astype(np.float32)


def ramp(angle_degrees: float = 90.0, size: int = 28) -> NDArray[np.float32]:
    """Return brightness that grows evenly from 0 to 1, the way ``edge`` jumps: (size, size), float32."""
    across = _across(angle_degrees, size)
    return np.asarray((across - across.min()) / np.ptp(across), np.float32)


def checker(size: int = 28, cell: int = 4) -> NDArray[np.float32]:
    """Return a checkerboard of squares of ``cell`` pixels, dark first: (size, size), float32, 0 or 1."""
    rows, columns = np.indices((size, size)) // cell
    return ((rows + columns) % 2).astype(np.float32)


def _across(angle_degrees: float, size: int) -> NDArray[np.float64]:
    """Return each pixel's signed distance, in pixels, to the line through the middle at that angle."""
    rows, columns = np.indices((size, size)) - (size - 1) / 2
    angle = np.deg2rad(angle_degrees)
    return np.asarray(columns * np.sin(angle) + rows * np.cos(angle), np.float64)
