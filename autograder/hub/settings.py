"""What an operator decides, from ``hub.toml`` and the environment. The defaults work on one machine."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, ValidationError

from autograder.course.errors import CourseError, complaint
from autograder.course.schema import Name, Seconds, Size, Table, Title
from autograder.hub.profiles import CPU, GPU, Profile
from autograder.messages import say

FILE = "hub.toml"
PREFIX = "AUTOGRADER_HUB_"
OVERRIDABLE = ("spawner", "sign_in", "address", "public")

SpawnerKind = Literal["local", "docker", "kubernetes", "slurm"]
SignIn = Literal["course", "pam", "oauth"]
Address = Annotated[str, StringConstraints(pattern=r"^https?://[^/\s]+/?$")]


class ProfileTable(Table):
    slug: Name
    title: Title
    about: str = ""
    memory: Size = CPU.memory_bytes
    cpus: Annotated[int, Field(ge=1, le=256)] = CPU.cpus
    processes: Annotated[int, Field(ge=64, le=8192)] = CPU.processes
    gpu: Annotated[int, Field(ge=0, le=1)] = 0
    groups: list[str] = Field(default=[])
    idle: Seconds = CPU.idle_seconds
    longest: Seconds = CPU.longest_seconds
    gres: str = "gpu:1"


class DevicesTable(Table):
    shares: Annotated[int, Field(ge=1, le=16)] = 1
    quota: dict[str, Annotated[int, Field(ge=0)]] = Field(default={})
    reserved_for_grading: Annotated[int, Field(ge=0)] = 0


class LimitsTable(Table):
    starting: Annotated[int, Field(ge=1)] = 8
    servers: Annotated[int, Field(ge=1)] = 80


class OauthTable(Table):
    kind: str = "oauthenticator.generic.GenericOAuthenticator"
    options: dict[str, Any] = Field(default={})


class HubTable(Table):
    spawner: SpawnerKind = "local"
    sign_in: SignIn = "course"
    address: Address = "http://127.0.0.1:8000"
    public: Address | Literal[""] = ""
    subdomains: bool = False
    reach: Address | Literal[""] = ""
    image: str = "autograder/server:latest"
    namespace: str = "autograder"
    partition: str = ""
    profile: list[ProfileTable] = Field(default=[])
    devices: DevicesTable = DevicesTable()
    limits: LimitsTable = LimitsTable()
    oauth: OauthTable = OauthTable()


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSettings:
    """What an operator decided."""

    spawner: SpawnerKind
    sign_in: SignIn
    address: str  # where the proxy listens
    public: str  # what people type; "" is ``address``
    subdomains: bool
    reach: str  # how servers on other machines find the hub
    image: str
    namespace: str
    partition: str
    profiles: tuple[Profile, ...]
    shares: int
    quota: Mapping[str, int]
    reserved_for_grading: int
    starting: int
    servers: int
    oauth_kind: str
    oauth_options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The address that people type, without a slash at its end."""
        return (self.public or self.address).rstrip("/")

    @property
    def secure(self) -> bool:
        """Whether people come over TLS, which a proxy in front ends."""
        return urlsplit(self.url).scheme == "https"

    def domain_of(self, name: str) -> str:
        """Return the address of a server or service of that name, where each has one; else nothing."""
        url = urlsplit(self.url)
        return f"{url.scheme}://{name}.{url.netloc}" if self.subdomains else ""

    @property
    def domain(self) -> str:
        """The host below which each server gets a name of its own; empty without subdomains."""
        return self.url if self.subdomains else ""


def read_settings(folder: Path, gpus: bool, environment: Mapping[str, str] = os.environ) -> HubSettings:
    """Return the settings of ``folder``/hub.toml, the defaults for what it leaves out, the environment's for the rest.

    ``gpus``: whether this machine has any; then a list without profiles gets a GPU profile too. Raises ``CourseError``.
    """
    file = folder / FILE
    raw = _read(file)
    raw |= {key: environment[PREFIX + key.upper()] for key in OVERRIDABLE if environment.get(PREFIX + key.upper())}
    try:
        table = HubTable.model_validate(raw)
    except ValidationError as error:
        raise CourseError(file, *complaint(HubTable, raw, error.errors(include_url=False)[0])) from error
    if table.subdomains and not table.public:
        raise CourseError(file, "subdomains", say("hub.settings.subdomains"), say("hub.settings.public"))
    return HubSettings(
        spawner=table.spawner,
        sign_in=table.sign_in,
        address=table.address.rstrip("/"),
        public=table.public.rstrip("/"),
        subdomains=table.subdomains,
        reach=table.reach.rstrip("/"),
        image=table.image,
        namespace=table.namespace,
        partition=table.partition,
        profiles=tuple(map(_profile, table.profile)) or ((CPU, GPU) if gpus else (CPU,)),
        shares=table.devices.shares,
        quota=table.devices.quota,
        reserved_for_grading=table.devices.reserved_for_grading,
        starting=table.limits.starting,
        servers=table.limits.servers,
        oauth_kind=table.oauth.kind,
        oauth_options=table.oauth.options,
    )


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise CourseError(file, "", say("course.problem.toml", why=str(error)), say("course.remedy.toml")) from error


def _profile(table: ProfileTable) -> Profile:
    return Profile(
        slug=table.slug,
        title=table.title,
        about=table.about,
        memory_bytes=table.memory,
        cpus=table.cpus,
        processes=table.processes,
        gpu=table.gpu,
        groups=tuple(table.groups),
        idle_seconds=table.idle,
        longest_seconds=table.longest,
        gres=table.gres,
    )
