"""What the hub is configured to, from what an operator wrote."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from traitlets.config import Config

from autograder.hub import configure as hub
from autograder.hub.house import House, open_house

ROOT = Path(__file__).resolve().parents[2]
COURSE = 'slug = "mini"\ntitle = "Curso mínimo"\n\n[[lesson]]\nnumber = 1\ntitle = "Uno"\n'
PUBLIC = 'public = "https://aula.example.org"\nsubdomains = true\n'


@contextmanager
def house_with(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    (folder / "course.toml").write_text(COURSE)
    (folder / "hub.toml").write_text(text)
    monkeypatch.setenv("AUTOGRADER_HOME", str(folder / "var"))
    house = open_house(folder)
    yield house
    house.engine.dispose()


def filled(house: House) -> Config:
    config = Config()
    hub.place_files(config, house)
    hub.listen(config, house)
    hub.limit(config, house.settings)
    hub.secure(config, house.settings)
    return config


def test_the_configuration_file_is_short() -> None:
    assert len((ROOT / "jupyterhub_config.py").read_text().splitlines()) < 30


def test_on_one_address_the_proxy_needs_no_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with house_with(tmp_path, "", monkeypatch) as house:
        config = filled(house)
    assert config.ConfigurableHTTPProxy.command[0] == sys.executable
    assert config.JupyterHub.bind_url == "http://127.0.0.1:8000"
    assert config.JupyterHub.cookie_host_prefix_enabled is False
    assert "secure" not in config.JupyterHub.tornado_settings["cookie_options"]


def test_with_a_domain_each_server_is_a_site_with_cookies_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with house_with(tmp_path, PUBLIC, monkeypatch) as house:
        config = filled(house)
    assert config.JupyterHub.subdomain_host == "https://aula.example.org"
    assert config.JupyterHub.cookie_host_prefix_enabled is True
    assert config.JupyterHub.tornado_settings["cookie_options"] == {"SameSite": "Lax", "secure": True}
    assert config.ConfigurableHTTPProxy.command == ["configurable-http-proxy"]
    policy = config.JupyterHub.tornado_settings["headers"]["Content-Security-Policy"]
    assert "form-action 'self' https://*.aula.example.org;" in policy


def test_what_the_hub_keeps_is_closed_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with house_with(tmp_path, "", monkeypatch) as house:
        filled(house)
        assert house.folder.stat().st_mode & 0o077 == 0
        assert (house.home / "autograder.db").stat().st_mode & 0o077 == 0


def test_hub_proxy_and_service_talk_on_loopback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with house_with(tmp_path, 'address = "http://0.0.0.0:8000"', monkeypatch) as house:
        config = filled(house)
    for url in (config.JupyterHub.hub_bind_url, config.ConfigurableHTTPProxy.api_url):
        assert url.startswith("http://127.0.0.1:")
