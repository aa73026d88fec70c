"""The plain values of the jail: jobs that travel, mounts that stay below, limits that never loosen."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from autograder.jail import JailLimits, Job, Mount, limits, memory, root


def test_a_job_arrives_as_it_was_sent() -> None:
    job = Job(
        program="package.module:main",
        limits=JailLimits(memory_bytes=1 << 30, wall_seconds=2.5),
        mounts=(Mount(source=Path("/data"), target="data", writable=True),),
        network=True,
        environment={"A": "á"},
    )
    assert Job.from_plain(job.to_plain()) == job


@pytest.mark.parametrize("target", ["../etc", "data/../../etc", "/", "/jail", "", "."])
def test_a_mount_cannot_hide_the_root_or_the_folder_of_work(target: str) -> None:
    with pytest.raises(ValueError, match="target"):
        Mount(source=Path("/data"), target=target)


@pytest.mark.parametrize(("target", "inside"), [("data/train", "/jail/data/train"), ("/home/student", "/home/student")])
def test_a_mount_is_below_work_or_where_it_says(target: str, inside: str) -> None:
    assert str(Mount(source=Path("/data"), target=target).inside) == inside


def test_a_bind_inside_another_is_not_made_twice(tmp_path: Path) -> None:
    (tmp_path / "outer" / "inner").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "outer")
    found = root.binds([tmp_path / "outer" / "inner", tmp_path / "outer", tmp_path / "absent", tmp_path / "link"])
    real = str((tmp_path / "outer").resolve())
    assert [(bind.source, bind.target) for bind in found] == [(real, str(tmp_path / "link")), (real, real)]


def test_data_is_limited_from_the_zygotes_own_upwards() -> None:
    wanted = limits.resource_limits(JailLimits(memory_bytes=1000), data_baseline=500)
    assert wanted[resource.RLIMIT_DATA] == (1500, 1500)
    assert wanted[resource.RLIMIT_CORE] == (0, 0)


def test_slots_share_the_processors_out() -> None:
    chosen = [limits.choose_processors(1, slot) for slot in range(2)]
    assert all(len(processors) == 1 for processors in chosen)


def test_a_process_can_be_measured() -> None:
    baseline = memory.Baseline.of_this_process()
    assert 1 << 20 < baseline.resident <= baseline.data + (1 << 30)
