"""Each place where servers run, configured by one word and made by its real class: what it would run."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jupyterhub import orm
from jupyterhub.objects import Hub, Server
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from traitlets import import_item
from traitlets.config import Config

from autograder.course.cohort import PersonRole
from autograder.course.model import Course
from autograder.devices.accounts import Accounts
from autograder.devices.discover import Device
from autograder.devices.slots import Slots
from autograder.hub import spawners
from autograder.hub.batch import requests
from autograder.hub.choosing import Chooser, NotOffered
from autograder.hub.devices_desk import Desk, NoDevice
from autograder.hub.elsewhere import kubernetes_profile
from autograder.hub.groups import Roster
from autograder.hub.house import House
from autograder.hub.ports import Ports
from autograder.hub.profiles import CPU, GPU
from autograder.hub.settings import read_settings
from autograder.state.database import open_database, sqlite_url

NOW = datetime(2026, 3, 1, tzinfo=UTC)
CARDS = (Device(uuid="GPU-1", name="A10", card=0), Device(uuid="GPU-2", name="A10", card=1))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Any]:
    made = open_database(sqlite_url(tmp_path / "autograder.db"))
    accounts = Accounts(made)
    for user in ("ana", "beto", "carla"):
        accounts.add(user, PersonRole.STUDENT, NOW)
    yield made
    made.dispose()


def house_of(folder: Path, engine: Any, spawner: str) -> House:
    settings = read_settings(folder, True, {"AUTOGRADER_HUB_SPAWNER": spawner})
    course = Course(slug="vision", title="Visión", language="es", root=folder, lessons=(), labs=())
    roster = Roster(course="vision", cohort=lambda: None, accounts=Accounts(engine))
    return House(
        course=course,
        home=folder,
        settings=settings,
        ports=Ports(hub=1, proxy=2, service=3),
        engine=engine,
        devices=CARDS,
        roster=roster,
    )


def configured(folder: Path, engine: Any, spawner: str) -> Config:
    config = Config()
    spawners.configure(config, house_of(folder, engine, spawner))
    return config


def made(config: Config, user: str, profile: str, hub_database: Session) -> Any:
    """Return the configured spawner of somebody, as the hub would make it."""
    kind = config.JupyterHub.spawner_class
    if isinstance(kind, str):
        kind = import_item("kubespawner.KubeSpawner")
    person = hub_database.query(orm.User).filter_by(name=user).one_or_none() or orm.User(name=user)
    hub_database.add(person)
    one = orm.Spawner(name="", user=person)
    hub_database.add(one)
    hub_database.commit()
    wrapped = SimpleNamespace(
        name=user, escaped_name=user, id=person.id, url=f"/user/{user}/", settings={}, admin=False, orm_user=person
    )
    wrapped.groups = [SimpleNamespace(name="nbgrader-vision")]
    spawner = kind(
        config=config,
        user=wrapped,
        hub=Hub(ip="127.0.0.1", port=8081, base_url="/hub/", public_host=""),
        orm_spawner=one,
        db=hub_database,
    )
    spawner.api_token, spawner.oauth_client_id = "token", "client"
    spawner.server = Server(ip="127.0.0.1", port=8888, base_url=f"/user/{user}/")
    spawner.user_options = {"profile": profile}
    return spawner


@pytest.fixture
def hub_database() -> Iterator[Session]:
    engine = create_engine("sqlite://")
    orm.Base.metadata.create_all(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


def test_docker_limits_a_container_and_gives_it_one_gpu_by_its_id(
    tmp_path: Path, engine: Any, hub_database: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dockerspawner import DockerSpawner

    async def started(self: Any) -> tuple[str, int]:  # noqa: ARG001 (what would go to the engine is read)
        return "172.17.0.2", 8888

    monkeypatch.setattr(DockerSpawner, "start", started)
    config = configured(tmp_path, engine, "docker")
    on_gpu, on_cpu = made(config, "ana", "gpu", hub_database), made(config, "beto", "cpu", hub_database)
    for spawner in (on_gpu, on_cpu):
        asyncio.run(spawner.start())
    assert on_gpu.mem_limit == GPU.memory_bytes
    (request,) = on_gpu.extra_host_config["device_requests"]
    assert request["DeviceIDs"] == [on_gpu.environment["CUDA_VISIBLE_DEVICES"]]
    assert on_gpu.environment["CUDA_VISIBLE_DEVICES"] in {card.uuid for card in CARDS}
    assert on_cpu.extra_host_config["device_requests"] == []
    assert on_cpu.environment["CUDA_VISIBLE_DEVICES"] == ""
    assert on_cpu.extra_host_config["cap_drop"] == ["ALL"]
    assert on_cpu.remove


def test_a_stopped_or_failed_server_gives_its_gpu_back(tmp_path: Path, engine: Any, hub_database: Session) -> None:
    config = configured(tmp_path, engine, "docker")
    holders = [made(config, user, "gpu", hub_database) for user in ("ana", "beto", "carla")]
    for spawner in holders:
        spawner.orm_spawner.server = orm.Server()  # as the hub marks one that is being started
        hub_database.commit()
    for spawner in holders[:2]:
        assert asyncio.run(spawner.device())
    with pytest.raises(NoDevice, match="número 1 en la fila") as caught:
        asyncio.run(holders[2].device())
    assert caught.value.jupyterhub_message
    holders[0].clear_state()
    assert asyncio.run(holders[2].device())


def test_what_a_dead_hub_left_behind_is_found(tmp_path: Path, engine: Any, hub_database: Session) -> None:
    config = configured(tmp_path, engine, "docker")
    for user in ("ana", "beto"):
        asyncio.run(made(config, user, "gpu", hub_database).device())  # the hub knows of neither
    assert asyncio.run(made(config, "carla", "gpu", hub_database).device())


def test_kubernetes_asks_for_gpus_by_name_and_for_none_on_a_cpu() -> None:
    on_gpu, on_cpu = kubernetes_profile(GPU), kubernetes_profile(CPU)
    assert on_gpu["kubespawner_override"]["extra_resource_limits"] == {"nvidia.com/gpu": "1"}
    assert on_cpu["kubespawner_override"]["extra_resource_limits"] == {"nvidia.com/gpu": "0"}
    assert on_cpu["kubespawner_override"]["environment"]["NVIDIA_VISIBLE_DEVICES"] == "void"


def test_kubernetes_makes_a_pod_with_what_the_profile_says(
    tmp_path: Path, engine: Any, hub_database: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kubernetes_asyncio.config.load_incluster_config", lambda: None)  # no cluster is asked
    config = configured(tmp_path, engine, "kubernetes")

    async def pod() -> Any:
        spawner = made(config, "ana", "gpu", hub_database)
        await spawner.load_user_options()
        return await spawner.get_pod_manifest()

    container = asyncio.run(pod()).spec.containers[0]
    assert container.resources.limits["nvidia.com/gpu"] == "1"
    assert int(container.resources.limits["memory"]) == GPU.memory_bytes
    context = container.security_context
    assert context["allowPrivilegeEscalation"] is False
    assert context["capabilities"] == {"drop": ["ALL"]}


def test_slurm_submits_a_job_with_the_device_that_the_cluster_calls_gres(
    tmp_path: Path, engine: Any, hub_database: Session
) -> None:
    config = configured(tmp_path, engine, "slurm")
    spawner = made(config, "ana", "gpu", hub_database)
    spawner.req_homedir, spawner.req_keepvars = "/home/ana", "PATH"  # a cluster knows its people
    for name, value in requests(GPU).items():
        setattr(spawner, name, value)
    script = asyncio.run(spawner._get_batch_script(**spawner.get_req_subvars()))
    assert "#SBATCH --gres=gpu:1" in script
    assert "#SBATCH --mem=8192M" in script
    assert "#SBATCH --time=04:00:00" in script
    assert requests(CPU)["req_gres"] == ""


def test_only_what_is_offered_can_be_chosen(engine: Any) -> None:
    from dataclasses import replace

    staff_only = replace(GPU, groups=("formgrade-vision",))
    chooser = Chooser((CPU, staff_only), Roster(course="vision", cohort=lambda: None, accounts=Accounts(engine)), "es")
    assert chooser.offered("ana") == (CPU,)
    assert chooser.chosen("ana", {}) is CPU
    with pytest.raises(NotOffered):
        chooser.chosen("ana", {"profile": "gpu"})


def test_the_form_tells_how_many_gpus_are_free(engine: Any) -> None:
    desk = Desk(slots=Slots(engine=engine, devices=("GPU-1", "GPU-2")), devices=CARDS, language="es", clock=lambda: NOW)
    roster = Roster(course="vision", cohort=lambda: None, accounts=Accounts(engine))
    chooser = Chooser((CPU, GPU), roster, "es", desk)
    assert "2 de 2 libres" in chooser.form("ana")
    asyncio.run(desk.take(desk.wish("ana", "", "", GPU), ()))
    assert "1 de 2 libres" in chooser.form("ana")
    assert Chooser((CPU,), roster, "es", desk).form("ana") == ""


def test_local_is_a_jail(tmp_path: Path, engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.hub.nursery.Nursery.warm", lambda _: None)
    config = configured(tmp_path, engine, "local")
    assert config.JupyterHub.spawner_class.__name__ == "LocalSpawner"
    assert config.Spawner.env_keep == []
