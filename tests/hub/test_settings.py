"""What an operator writes, what it becomes, and how a mistake is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course.errors import CourseError
from autograder.hub.ports import keep_ports
from autograder.hub.roles import SERVER_SCOPES, roles
from autograder.hub.settings import read_settings


def settings(folder: Path, text: str = "", gpus: bool = False, **environment: str):
    (folder / "hub.toml").write_text(text)
    return read_settings(folder, gpus, environment)


def test_everything_has_a_default(tmp_path: Path) -> None:
    found = read_settings(tmp_path, False, {})
    assert (found.spawner, found.sign_in, found.url) == ("local", "course", "http://127.0.0.1:8000")
    assert [profile.slug for profile in found.profiles] == ["cpu"]


def test_a_machine_with_gpus_offers_one(tmp_path: Path) -> None:
    assert [(profile.slug, profile.gpu) for profile in settings(tmp_path, gpus=True).profiles] == [
        ("cpu", 0),
        ("gpu", 1),
    ]


def test_profiles_are_read_with_their_units(tmp_path: Path) -> None:
    text = '[[profile]]\nslug = "grande"\ntitle = "Grande"\nmemory = "6 GiB"\nidle = "30 min"\nlongest = "8 h"\n'
    (profile,) = settings(tmp_path, text).profiles
    assert (profile.memory_bytes, profile.idle_seconds, profile.longest_seconds) == (6 << 30, 1800.0, 28_800.0)


def test_the_environment_wins(tmp_path: Path) -> None:
    found = settings(tmp_path, 'address = "http://127.0.0.1:9000"', AUTOGRADER_HUB_ADDRESS="http://127.0.0.1:9001")
    assert found.address == "http://127.0.0.1:9001"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('spawner = "lokal"', "spawner"),
        ("spwaner = 'local'", "spwaner"),
        ("subdomains = true", "subdomains"),
        ('[[profile]]\nslug = "x"\ntitle = "X"\nmemory = "3"', "profile[1].memory"),
        ('address = "127.0.0.1:8000"', "address"),
        ("address = ", "hub.toml"),
    ],
    ids=["value", "key", "subdomains_without_address", "unit", "no_scheme", "no_toml"],
)
def test_a_mistake_names_its_file_and_key(text: str, names: str, tmp_path: Path) -> None:
    with pytest.raises(CourseError) as caught:
        settings(tmp_path, text)
    assert "hub.toml" in str(caught.value)
    assert names in str(caught.value)


def test_a_public_address_over_tls_is_secure_and_names_each_server(tmp_path: Path) -> None:
    found = settings(tmp_path, 'public = "https://aula.example.org/"\nsubdomains = true')
    assert found.secure
    assert found.domain == "https://aula.example.org"
    assert found.domain_of("autograder") == "https://autograder.aula.example.org"


def test_ports_are_chosen_once(tmp_path: Path) -> None:
    first = keep_ports(tmp_path / "hub" / "ports.json")
    assert keep_ports(tmp_path / "hub" / "ports.json") == first
    assert len({first.hub, first.proxy, first.service}) == 3


def test_no_role_has_more_than_it_needs() -> None:
    scopes = {scope for role in roles("vision") for scope in role["scopes"]}
    for scope in scopes:
        assert not scope.startswith(("admin", "inherit", "tokens", "shares", "proxy", "shutdown", "groups", "servers"))
    assert "access:servers" not in scopes  # nobody enters somebody else's server
    assert {scope for scope in scopes if scope.startswith("delete")} == {"delete:servers"}  # the culler's
    assert all(scope.rpartition("!")[1] for scope in SERVER_SCOPES)  # a server's are all about itself


def test_roles_carry_the_names_that_nbgrader_looks_for() -> None:
    assert {"formgrade-vision", "nbgrader-vision"} <= {role["name"] for role in roles("vision")}
