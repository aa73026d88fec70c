"""What convolution, ReLU and pooling must give: plain NumPy, slow to surprise and easy to read.

Sums are made in float64 and returned in the precision of the inputs, float64 for integers, so that a comparison knows
which tolerance they deserve.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

Pair: TypeAlias = "int | tuple[int, int]"
Padding: TypeAlias = Literal["valid", "same", "VALID", "SAME"]


def convolve2d(image: ArrayLike, kernel: ArrayLike) -> NDArray[Any]:
    """Return the valid cross-correlation: image (h, w), kernel (a, b) → (h - a + 1, w - b + 1).

    out[i, j] = Σ_{m<a, n<b} image[i + m, j + n] · kernel[m, n]: the kernel is not flipped, as in
    ``tf.nn.conv2d`` (https://www.tensorflow.org/api_docs/python/tf/nn/conv2d) and in Goodfellow, Bengio and
    Courville, *Deep Learning* (2016), equation 9.6. Raises ``ValueError`` when the kernel does not fit.
    """
    pixels, weights = np.asarray(image), np.asarray(kernel)
    if pixels.ndim != 2 or weights.ndim != 2:
        raise ValueError(f"image and kernel need 2 axes each, not {pixels.ndim} and {weights.ndim}")
    windows = sliding_window_view(pixels, weights.shape)
    return _in_precision_of(pixels, weights, np.einsum("ijmn,mn->ij", windows, weights, dtype=np.float64))


def conv2d(images: ArrayLike, kernels: ArrayLike, strides: Pair = 1, padding: Padding = "valid") -> NDArray[Any]:
    """Return ``tf.nn.conv2d``: images (n, h, w, c), kernels (a, b, c, f) → (n, h', w', f).

    h' is as ``output_size`` says. Formula and padding as in the notes of
    https://www.tensorflow.org/api_docs/python/tf/nn. Raises ``ValueError`` when axes or channels do not agree.
    """
    pixels, weights = np.asarray(images), np.asarray(kernels)
    if pixels.ndim != 4 or weights.ndim != 4:
        raise ValueError(f"images and kernels need 4 axes each, not {pixels.ndim} and {weights.ndim}")
    if pixels.shape[3] != weights.shape[2]:
        raise ValueError(f"images have {pixels.shape[3]} channels and kernels expect {weights.shape[2]}")
    windows = _windows(pixels, weights.shape[:2], _pair(strides), padding, fill=0.0)
    return _in_precision_of(pixels, weights, np.einsum("nijcab,abcf->nijf", windows, weights, dtype=np.float64))


def relu(values: ArrayLike) -> NDArray[Any]:
    """Return max(0, x) of each value, shape and dtype kept (Nair and Hinton, ICML 2010). NaN stays NaN."""
    found = np.asarray(values)
    return np.asarray(np.maximum(found, found.dtype.type(0)))


def max_pool(
    values: ArrayLike, size: Pair = 2, strides: Pair | None = None, padding: Padding = "valid"
) -> NDArray[Any]:
    """Return the largest value under each window: (h, w) → (h', w') or (n, h, w, c) → (n, h', w', c), dtype kept.

    ``strides`` is the window's size when not given, as in ``keras.layers.MaxPooling2D``. Cells that "same" adds at
    the border never win. Raises ``ValueError`` for other numbers of axes.
    """
    found = np.asarray(values)
    if found.ndim not in (2, 4):
        raise ValueError(f"values need 2 or 4 axes, not {found.ndim}")
    images = found[None, :, :, None] if found.ndim == 2 else found
    lowest = -np.inf if found.dtype.kind == "f" else np.iinfo(found.dtype).min
    windows = _windows(images, _pair(size), _pair(size if strides is None else strides), padding, fill=lowest)
    pooled: NDArray[Any] = windows.max(axis=(4, 5))
    return pooled[0, :, :, 0] if found.ndim == 2 else pooled


def output_size(size: int, window: int, stride: int = 1, padding: Padding = "valid") -> int:
    """Return how many places a window takes along an axis.

    ⌈(size - window + 1) / stride⌉ for "valid", ⌈size / stride⌉ for "same". Source: notes on padding in
    https://www.tensorflow.org/api_docs/python/tf/nn.
    """
    reach = size if _is_same(padding) else size - window + 1
    return max(0, -(-reach // stride))


def receptive_field(layers: Iterable[tuple[int, int]]) -> int:
    """Return how many input pixels along an axis one output sees, for (window, stride) of each layer in order.

    r = 1 + Σ_l (k_l - 1) · Π_{i<l} s_i (Araujo, Norris and Sim, *Computing Receptive Fields*, Distill 2019).
    """
    field, step = 1, 1
    for window, stride in layers:
        field += (window - 1) * step
        step *= stride
    return field


def _windows(
    images: NDArray[Any], size: tuple[int, int], strides: tuple[int, int], padding: Padding, fill: float
) -> NDArray[Any]:
    """Return every window of (n, h, w, c) as (n, h', w', c, a, b)."""
    if _is_same(padding):
        rows = _border(images.shape[1], size[0], strides[0])
        columns = _border(images.shape[2], size[1], strides[1])
        images = np.pad(images, ((0, 0), rows, columns, (0, 0)), constant_values=fill)
    windows: NDArray[Any] = sliding_window_view(images, size, axis=(1, 2))
    return windows[:, :: strides[0], :: strides[1]]


def _in_precision_of(left: NDArray[Any], right: NDArray[Any], sums: NDArray[np.float64]) -> NDArray[Any]:
    precision = np.result_type(left, right)
    with np.errstate(over="ignore"):  # float16 has room to 65504 only, in TensorFlow too
        return sums.astype(precision) if precision.kind == "f" else sums


def _border(length: int, window: int, stride: int) -> tuple[int, int]:
    """Return how much "same" adds before and after an axis: TensorFlow puts the odd one after."""
    total = max((output_size(length, window, stride, "same") - 1) * stride + window - length, 0)
    return total // 2, total - total // 2


def _is_same(padding: str) -> bool:
    if padding.lower() not in ("valid", "same"):
        raise ValueError(f'padding is "valid" or "same", not {padding!r}')
    return padding.lower() == "same"


def _pair(value: Pair) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (int(value[0]), int(value[1]))
