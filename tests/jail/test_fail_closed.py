"""A layer that cannot be had, or is not seen from inside: no program runs, and the error says which and what to do."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest
from jail_talk import snippets_job, snippets_zygote

from autograder.jail import JailUnavailable, Job, namespaces
from autograder.jail.errors import LAYERS, LayerMissing
from autograder.jail.root import Layout, build, mount_namespace

pytestmark = pytest.mark.jail

SABOTAGE = [
    ("autograder.jail.root:_make_read_only", "root"),
    ("autograder.jail.namespaces:forget_bounding_capabilities", "capabilities"),
    ("autograder.jail.limits:apply", "limits"),
    ("pyseccomp:SyscallFilter.load", "seccomp"),
]


@pytest.mark.parametrize(("part", "layer"), SABOTAGE, ids=[layer for _, layer in SABOTAGE])
def test_a_layer_that_is_not_on_is_seen_from_inside(part: str, layer: str) -> None:
    zygote = snippets_zygote("sabotage", environment={"AUTOGRADER_SABOTAGE": part})
    with zygote, pytest.raises(JailUnavailable) as refused:
        zygote.spawn(snippets_job())
    assert refused.value.layer == layer
    assert refused.value.remedy in str(refused.value)


def test_a_root_is_never_built_in_the_mount_namespace_of_the_machine(monkeypatch) -> None:
    """Every call that changes a mount is taken away first: were the guard gone, this test must not harm anybody."""
    for name in ("mount", "pivot_root", "detach", "unshare"):
        monkeypatch.setattr(namespaces, name, forbidden)
    layout = Layout(
        readonly=(), mounts=(), uid=65000, gid=65000, disk_bytes=1 << 20, network=False, outside=mount_namespace()
    )
    with pytest.raises(LayerMissing) as refused:
        build(layout)
    assert refused.value.layer == "mount"
    with pytest.raises(LayerMissing):
        build(replace(layout, outside=""))


def forbidden(*_: object) -> None:
    raise AssertionError("a mount was about to be changed on this machine")


def test_without_libseccomp_no_zygote_starts() -> None:
    with (
        pytest.raises(JailUnavailable) as refused,
        snippets_zygote("sabotage", environment={"AUTOGRADER_SABOTAGE": "pyseccomp"}),
    ):
        pass
    assert refused.value.layer == "seccomp"
    assert "libseccomp2" in refused.value.remedy


def test_a_module_that_cannot_be_imported_is_named() -> None:
    with pytest.raises(JailUnavailable, match="no_such_module"), snippets_zygote("no_such_module"):
        pass


def test_a_program_that_was_not_preloaded_is_refused(zygote) -> None:
    with pytest.raises(JailUnavailable) as refused:
        zygote.spawn(Job(program="colorsys:rgb_to_hsv"))
    assert refused.value.layer == "program"


def test_the_error_travels_between_processes() -> None:
    error = pickle.loads(pickle.dumps(JailUnavailable("seccomp", "no libseccomp")))
    assert (error.layer, error.reason) == ("seccomp", "no libseccomp")


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("layer", LAYERS)
def test_every_layer_has_a_remedy_in_both_languages(layer: str, language: str, monkeypatch) -> None:
    monkeypatch.setenv("AUTOGRADER_LANGUAGE", language)
    assert layer in str(JailUnavailable(layer, "why"))
