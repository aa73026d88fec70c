"""The tensors of a legacy PyTorch file, read with NumPy alone: no torch, and an unpickler that can call nothing.

The format is that of ``torch.save`` before 1.6 (``torch/serialization.py``, ``_legacy_save``): three pickles (magic
number, protocol, system), one of the tensors that names their storages, one of the storages' names, and then each
storage as an int64 length and its numbers.
"""

from __future__ import annotations

import collections
import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 1001


class NotATorchFile(ValueError):
    """The bytes are not a legacy PyTorch file of plain tensors."""


@dataclass(frozen=True, slots=True)
class _Tensor:
    """Where a tensor lies: a window on a storage, counted in numbers, not bytes."""

    storage: str
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Storage:
    """Stands for a torch class such as ``FloatStorage``: nothing but the type of its numbers."""

    dtype: str


_STORAGES = {"FloatStorage": _Storage("<f4"), "LongStorage": _Storage("<i8")}


def read_tensors(path: Path) -> dict[str, NDArray[Any]]:
    """Return the tensors of a saved ``state_dict`` by name, float32 or int64, as contiguous copies.

    Raises ``NotATorchFile`` for anything but that, ``OSError`` when the file cannot be read.
    """
    with path.open("rb") as file:
        try:
            return _read(file)
        except (pickle.UnpicklingError, EOFError, IndexError, KeyError, TypeError, AttributeError) as error:
            raise NotATorchFile(f"{path.name}: {error}") from error


def _read(file: BinaryIO) -> dict[str, NDArray[Any]]:
    if _load(file) != MAGIC or _load(file) != PROTOCOL or not _load(file)["little_endian"]:
        raise NotATorchFile("not written by torch.save before 1.6 on a little-endian machine")
    unpickler = _Plain(file)
    tensors = unpickler.load()
    storages = {name: _numbers(file, unpickler.dtypes[name]) for name in _load(file)}
    return {name: _window(storages[tensor.storage], tensor) for name, tensor in tensors.items()}


class _Plain(pickle.Unpickler):
    """Unpickles containers, numbers and tensors' whereabouts. Every other name in the file is refused."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self.dtypes: dict[str, str] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _tensor
        if module == "torch" and name in _STORAGES:
            return _STORAGES[name]
        raise pickle.UnpicklingError(f"{module}.{name} has no place in a file of weights")

    def persistent_load(self, pid: Any) -> str:
        kind, storage, name, _device, _length, view = pid
        if kind != "storage" or not isinstance(storage, _Storage) or view is not None:
            raise pickle.UnpicklingError("a storage of an unknown kind")
        self.dtypes[name] = storage.dtype
        return str(name)


def _load(file: BinaryIO) -> Any:
    return _Plain(file).load()


def _tensor(storage: str, offset: int, shape: Sequence[int], strides: Sequence[int], *_rest: object) -> _Tensor:
    return _Tensor(storage, offset, tuple(shape), tuple(strides))


def _numbers(file: BinaryIO, dtype: str) -> NDArray[Any]:
    length = int(np.frombuffer(file.read(8), "<i8")[0])
    raw = file.read(length * np.dtype(dtype).itemsize)
    return np.frombuffer(raw, dtype, count=length)


def _window(numbers: NDArray[Any], tensor: _Tensor) -> NDArray[Any]:
    """Return a copy of the window, refusing one that reaches outside its storage."""
    last = tensor.offset + sum((size - 1) * step for size, step in zip(tensor.shape, tensor.strides, strict=True))
    if min((tensor.offset, *tensor.strides)) < 0 or last >= len(numbers) or 0 in tensor.shape:
        raise NotATorchFile("a tensor reaches outside its storage")
    steps = tuple(step * numbers.itemsize for step in tensor.strides)
    view = np.lib.stride_tricks.as_strided(numbers[tensor.offset :], tensor.shape, steps, writeable=False)
    return np.ascontiguousarray(view)
