"""What a jail may use, and what happens when it wants more."""

from __future__ import annotations

import os
import secrets
import time
from pathlib import Path

import pytest
from jail_talk import ask, snippets_job, tell

from autograder.jail import Jail, JailUnavailable, Zygote

pytestmark = pytest.mark.jail

MIB = 1 << 20

FORK_AND_HOLD = """
import os, time
for _ in range(4):
    if os.fork() == 0:
        held = bytearray(os.urandom(1024)) * (60 << 10)
        time.sleep(60)
time.sleep(60)
"""
RUN_AND_HOLD = """
import subprocess, sys, time
for _ in range(4):
    subprocess.Popen([sys.executable, "-Ic", "held = bytearray(b'x') * (60 << 20); import time; time.sleep(60)"])
time.sleep(60)
"""
SHARE_AND_HOLD = """
import os, time
held = bytearray(os.urandom(1024)) * (60 << 10)
for _ in range(6):
    if os.fork() == 0:
        time.sleep(60)
"""
FILES_AND_MEMORY = """
import time
open("/jail/held", "wb").write(bytes(100 << 20))
held = bytearray(b"x") * (100 << 20)
time.sleep(60)
"""
LEAVE_A_DAEMON = """
import ctypes, os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        ctypes.CDLL(None).prctl(15, b"NAME", 0, 0, 0)
        time.sleep(60)
    os._exit(0)
time.sleep(0.1)
"""


def processes_named(name: str) -> int:
    """Count the processes of this machine that call themselves ``name``."""
    found = 0
    for comm in Path("/proc").glob("[0-9]*/comm"):
        try:
            found += comm.read_text().strip() == name
        except OSError:
            continue
    return found


def eventually(condition, seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return bool(condition())


def test_one_process_that_wants_too_much_memory_meets_an_ordinary_memory_error(zygote: Zygote) -> None:
    with zygote.spawn(snippets_job(memory_bytes=200 * MIB)) as jail:
        answer = ask(jail, "held = []\nwhile True: held.append(bytearray(8 << 20))")
        assert answer.raised == "MemoryError: "
        assert ask(jail, "held.clear(); print('alive')").printed == "alive\n"
        ended = jail.close()
    assert ended.reason == "exit"
    assert 100 * MIB < ended.peak_memory_bytes <= 200 * MIB


@pytest.mark.parametrize(
    "code", [FORK_AND_HOLD, RUN_AND_HOLD, FILES_AND_MEMORY], ids=["forked", "programs_run", "files_and_memory"]
)
def test_a_jail_that_together_wants_too_much_memory_is_ended(code: str, zygote: Zygote) -> None:
    with zygote.spawn(snippets_job(memory_bytes=160 * MIB)) as jail:
        tell(jail, code)
        ended = jail.wait(20)
    assert ended.reason == "memory"
    assert ended.peak_memory_bytes > 160 * MIB


def test_memory_that_processes_share_counts_once(zygote: Zygote) -> None:
    with zygote.spawn(snippets_job(memory_bytes=160 * MIB)) as jail:
        answer = ask(jail, SHARE_AND_HOLD)
        assert not answer.gone
        time.sleep(0.5)
        assert jail.close(0).reason == "killed"


def test_a_loop_without_end_is_ended_by_the_clock(zygote: Zygote) -> None:
    with zygote.spawn(snippets_job(wall_seconds=0.8)) as jail:
        began = time.monotonic()
        tell(jail, "while True: pass")
        ended = jail.wait(10)
    assert ended.reason == "wall"
    assert time.monotonic() - began < 3
    assert ended.cpu_seconds > 0.05


@pytest.mark.parametrize("defiance", ["", "import signal; signal.signal(signal.SIGXCPU, signal.SIG_IGN)\n"])
def test_a_process_out_of_cpu_time_is_out_of_time_even_when_it_will_not_hear(defiance: str, zygote: Zygote) -> None:
    with zygote.spawn(snippets_job(cpu_seconds=1)) as jail:
        tell(jail, defiance + "while True: pass")
        assert jail.wait(20).reason == "wall"


def test_the_end_of_a_program_is_told(zygote: Zygote) -> None:
    for code, reason, number in [
        ("import os; os._exit(7)", "exit", 7),
        ("import os; os.kill(os.getpid(), 11)", "signal", 11),
        ("import os; os.kill(os.getpid(), 9)", "signal", 9),
    ]:
        with zygote.spawn(snippets_job()) as jail:
            assert ask(jail, code).gone
            ended = jail.close()
        assert (ended.reason, ended.code) == (reason, number)


def test_a_program_that_returns_when_its_peer_is_gone_has_exited(jail: Jail) -> None:
    ask(jail, "pass")
    assert (jail.close().reason, jail.close().code) == ("exit", 0)


def test_a_program_that_does_not_return_is_killed(jail: Jail) -> None:
    tell(jail, "import time; time.sleep(60)")
    began = time.monotonic()
    assert jail.close(0.2).reason == "killed"
    assert time.monotonic() - began < 2


def test_nothing_that_was_started_outlives_the_program(jail: Jail) -> None:
    name = f"left-{secrets.token_hex(4)}"
    assert not ask(jail, LEAVE_A_DAEMON.replace("NAME", name)).gone
    assert eventually(lambda: processes_named(name) == 1)
    jail.close()
    assert eventually(lambda: processes_named(name) == 0)


def test_a_peer_that_vanishes_takes_its_jail_with_it(zygote: Zygote) -> None:
    name = f"orphan-{secrets.token_hex(4)}"
    pid = os.fork()
    if pid == 0:
        jail = zygote.spawn(snippets_job())
        ask(jail, f"import ctypes; ctypes.CDLL(None).prctl(15, b'{name[:15]}', 0, 0, 0)")
        tell(jail, "import time; time.sleep(60)")
        time.sleep(60)
    assert eventually(lambda: processes_named(name[:15]) == 1)
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    assert eventually(lambda: processes_named(name[:15]) == 0)


def test_a_supervisor_that_dies_takes_its_jail_with_it(zygote: Zygote) -> None:
    name = f"left-{secrets.token_hex(4)}"
    jail = zygote.spawn(snippets_job())
    ask(jail, f"import ctypes; ctypes.CDLL(None).prctl(15, b'{name}', 0, 0, 0)")
    (program,) = [path for path in Path("/proc").glob("[0-9]*") if comm_of(path) == name]
    pid_one = parent_of(int(program.name))
    os.kill(parent_of(pid_one), 9)
    assert eventually(lambda: processes_named(name) == 0)
    with pytest.raises(JailUnavailable):
        jail.close()


def comm_of(process: Path) -> str:
    try:
        return (process / "comm").read_text().strip()
    except OSError:
        return ""


def parent_of(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("PPid:")[2].split()[0])
