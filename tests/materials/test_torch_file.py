"""A file of weights is data: what would run code in it is refused, and what is damaged is said to be."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from autograder.materials.torch_file import MAGIC, PROTOCOL, NotATorchFile, read_tensors


class Payload:
    """Unpickled by anything that trusts the file, it makes a file named ``ran``."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def torch_file(path: Path, *pickles: object) -> Path:
    path.write_bytes(b"".join(pickle.dumps(one, protocol=2) for one in (MAGIC, PROTOCOL, {}, *pickles)))
    return path


def test_a_pickle_that_would_call_something_is_refused_and_does_not_run(tmp_path):
    trap = tmp_path / "ran"
    with pytest.raises(NotATorchFile):
        read_tensors(torch_file(tmp_path / "weights.pth", Payload(trap), []))
    assert not trap.exists()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 a zip", pickle.dumps(MAGIC, protocol=2)])
def test_what_is_no_torch_file_is_said_to_be_none(tmp_path, content):
    path = tmp_path / "weights.pth"
    path.write_bytes(content)
    with pytest.raises(NotATorchFile):
        read_tensors(path)
