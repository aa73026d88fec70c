"""What nvidia-smi lists, from a stand-in on PATH."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.devices.discover import discover

WHOLE = """GPU 0: NVIDIA A10 (UUID: GPU-11111111-aaaa-bbbb-cccc-000000000001)
GPU 1: NVIDIA A10 (UUID: GPU-11111111-aaaa-bbbb-cccc-000000000002)
"""
DIVIDED = """GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-11111111-aaaa-bbbb-cccc-000000000001)
  MIG 3g.20gb     Device  0: (UUID: MIG-22222222-aaaa-bbbb-cccc-000000000001)
  MIG 3g.20gb     Device  1: (UUID: MIG-22222222-aaaa-bbbb-cccc-000000000002)
GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-11111111-aaaa-bbbb-cccc-000000000002)
"""


def smi(folder: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    program = folder / "nvidia-smi"
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


@pytest.mark.parametrize(
    ("listing", "names", "cards"),
    [
        (WHOLE, ["NVIDIA A10", "NVIDIA A10"], [0, 1]),
        (
            DIVIDED,
            ["NVIDIA A100-SXM4-40GB MIG 3g.20gb", "NVIDIA A100-SXM4-40GB MIG 3g.20gb", "NVIDIA A100-SXM4-40GB"],
            [0, 0, 1],
        ),
        ("No devices were found", [], []),
    ],
    ids=["whole", "divided", "none"],
)
def test_devices_are_read(
    listing: str, names: list[str], cards: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    smi(tmp_path, monkeypatch, f"cat <<'END'\n{listing}\nEND")
    found = discover()
    assert [device.name for device in found] == names
    assert [device.card for device in found] == cards
    assert len({device.uuid for device in found}) == len(found)


@pytest.mark.parametrize("body", ["exit 9", "echo 'NVIDIA-SMI has failed' >&2; exit 1"])
def test_a_driver_that_fails_promises_nobody_a_gpu(body: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    smi(tmp_path, monkeypatch, body)
    assert discover() == ()


def test_without_nvidia_smi_there_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert discover() == ()
