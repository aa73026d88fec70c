"""The list of system calls, compiled for both architectures without loading it anywhere."""

from __future__ import annotations

import platform
import re
import tempfile

import pytest

from autograder.jail import filter
from autograder.jail.errors import LayerMissing
from autograder.jail.syscalls import ALLOWED, ALLOWED_WITH_NETWORK, REFUSED

pytest.importorskip("pyseccomp")

NEVER = """
    bpf clone3 io_uring_setup keyctl kexec_load memfd_create mount open_by_handle_at perf_event_open pidfd_getfd
    pivot_root process_vm_readv ptrace seccomp setns shmget unshare userfaultfd
""".split()  # noqa: SIM905


def allowed_in(machine: str, network: bool = False) -> set[str]:
    """Return the names that libseccomp's own listing of the filter allows, whatever the arguments."""
    with tempfile.TemporaryFile() as file:
        filter.prepare(network, machine).export_pfc(file)
        file.seek(0)
        listing = file.read().decode()
    blocks = re.split(r"# filter for syscall ", listing)[1:]
    return {match[1] for block in blocks if "ALLOW" in block and (match := re.match(r'"(\w+)"', block))}


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_both_architectures_have_what_a_notebook_needs_and_nothing_dangerous(machine: str) -> None:
    allowed = allowed_in(machine)
    assert {"openat", "read", "write", "mmap", "futex", "clone", "execve", "ppoll", "newfstatat"} <= allowed
    assert not allowed & {*NEVER}
    assert ("open" in allowed) == (machine == "x86_64")


def test_no_call_is_both_allowed_and_refused() -> None:
    assert not {*ALLOWED} & {*REFUSED}


def test_the_network_changes_the_sockets_and_what_talks_over_them_needs() -> None:
    with_network, without = (allowed_in("x86_64", network=network) for network in (True, False))
    assert with_network == without | ALLOWED_WITH_NETWORK
    assert not without & ALLOWED_WITH_NETWORK


def test_another_architecture_is_refused() -> None:
    with pytest.raises(LayerMissing, match="riscv64"):
        filter.prepare(False, "riscv64")


def test_this_machine_is_one_that_is_known() -> None:
    assert platform.machine() in ("x86_64", "aarch64")
