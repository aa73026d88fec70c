"""A zygote and its jails: clean, single-threaded, shared by processes, restartable."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest
from jail_talk import SNIPPETS, ask, snippets_job, snippets_zygote

from autograder.jail import LAYERS, JailLimits, JailUnavailable, Job, Mount, Zygote, ZygoteClient, connect, probe

pytestmark = pytest.mark.jail

FIND_MARKER = r"""
import ctypes, re
found = 0
for line in open("/proc/self/maps"):
    span, mode, *rest = line.split()
    if mode.startswith("rw") and "[v" not in line:
        low, high = (int(part, 16) for part in span.split("-"))
        found += len(re.findall(rb"mark[e]r-of-another-[s]tudent", ctypes.string_at(low, high - low)))
print(found)
"""


def square_in_a_jail(address: str, number: int) -> str:
    """Runs in a process of a pool."""
    with connect(address).spawn(snippets_job()) as jail:
        return ask(jail, f"print({number} ** 2)").printed


def test_every_layer_is_on_and_was_seen_from_inside(zygote: Zygote) -> None:
    with zygote.spawn(snippets_job()) as jail:
        absent = {*LAYERS} - {*jail.layers}
    assert absent == {"zygote", "program", "user" if os.geteuid() == 0 else "uid"}


def test_doctor_can_ask_which_layers_this_machine_has() -> None:
    assert all(layer.on for layer in probe())


def test_the_zygote_has_one_thread(zygote: Zygote) -> None:
    assert zygote.ready["threads"] == 1


def test_nothing_of_one_student_is_in_the_memory_of_the_next(zygote: Zygote) -> None:
    with zygote.spawn(snippets_job()) as jail:
        ask(jail, "text = ['marker-of-another-' + 'student' + str(number) for number in range(1000)]")
        assert int(ask(jail, FIND_MARKER).printed) >= 1000
    with zygote.spawn(snippets_job()) as jail:
        assert ask(jail, FIND_MARKER).printed == "0\n"


def test_nothing_of_one_job_is_in_the_memory_of_the_next(zygote: Zygote) -> None:
    job = Job(program=SNIPPETS, environment={"SECRET": "marker-of-another-" + "student"})
    with zygote.spawn(job) as jail:
        assert int(ask(jail, FIND_MARKER).printed) >= 1
    with zygote.spawn(snippets_job()) as jail:
        assert ask(jail, FIND_MARKER).printed == "0\n"


def test_each_jail_begins_with_an_empty_folder_of_its_own(zygote: Zygote) -> None:
    with zygote.spawn(snippets_job()) as first, zygote.spawn(snippets_job()) as second:
        ask(first, "open('/jail/mine', 'w'); open('/tmp/mine', 'w')")
        look = "import os; print([os.path.exists(p) for p in ('/jail/mine', '/tmp/mine')])"
        assert ask(second, look).printed == "[False, False]\n"


def test_jails_of_root_have_ids_of_their_own(zygote: Zygote) -> None:
    with zygote.spawn(snippets_job()) as first, zygote.spawn(snippets_job()) as second:
        ids = {ask(jail, "import os; print(os.getuid())").printed for jail in (first, second)}
    assert len(ids) == (2 if os.geteuid() == 0 else 1)
    assert "0\n" not in ids


def test_threads_and_processes_spawn_at_once(zygote: Zygote) -> None:
    numbers = range(6)
    expected = [f"{number**2}\n" for number in numbers]
    with ThreadPoolExecutor(3) as threads:
        assert list(threads.map(square_in_a_jail, [zygote.address] * 6, numbers)) == expected
    for way in ("fork", "forkserver"):
        with ProcessPoolExecutor(3, multiprocessing.get_context(way)) as processes:
            assert list(processes.map(square_in_a_jail, [zygote.address] * 6, numbers)) == expected


def test_a_client_travels_by_pickle(zygote: Zygote) -> None:
    client = pickle.loads(pickle.dumps(connect(zygote.address)))
    with client.spawn(snippets_job()) as jail:
        assert ask(jail, "print('here')").printed == "here\n"


def test_a_mount_is_shown_and_only_a_writable_one_can_be_written_to(zygote: Zygote, tmp_path: Path) -> None:
    for name in ("data", "home"):
        (tmp_path / name).mkdir(mode=0o777)
        (tmp_path / name).chmod(0o777)
        (tmp_path / name / "file.txt").write_text(name)
    (tmp_path / "base.keras").write_text("base")
    mounts = (
        Mount(source=tmp_path / "data", target="data/public"),
        Mount(source=tmp_path / "base.keras", target="base.keras"),
        Mount(source=tmp_path / "home", target="/home/student", writable=True),
    )
    with zygote.spawn(Job(program=SNIPPETS, mounts=mounts)) as jail:
        read = "print(*[open(p).read() for p in ('data/public/file.txt', 'base.keras', '/home/student/file.txt')])"
        assert ask(jail, read).printed == "data base home\n"
        assert ask(jail, "open('data/public/new', 'w')").raised.startswith(("OSError: [Errno 30]", "PermissionError"))
        assert ask(jail, "open('base.keras', 'r+')").raised.startswith(("OSError: [Errno 30]", "PermissionError"))
        assert ask(jail, "open('/home/student/new', 'w').write('kept'); open('/jail/x', 'w')").raised is None
    assert (tmp_path / "home" / "new").read_text() == "kept"
    assert not (tmp_path / "data" / "new").exists()


def test_a_link_in_a_mount_leads_nowhere_outside(zygote: Zygote, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hidden")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "link").symlink_to(tmp_path / "secret")
    with zygote.spawn(Job(program=SNIPPETS, mounts=(Mount(source=tmp_path / "data", target="data"),))) as jail:
        assert ask(jail, "open('data/link')").raised.startswith("FileNotFoundError")


def test_a_job_with_the_network_has_it_and_says_so(zygote: Zygote) -> None:
    with zygote.spawn(Job(program=SNIPPETS, network=True)) as jail:
        assert "network" not in jail.layers
        assert ask(jail, "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print('ok')").printed == "ok\n"
        assert "Errno 97" in ask(jail, "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)").raised


def test_a_job_has_the_environment_and_the_processors_it_was_given(zygote: Zygote) -> None:
    job = Job(program=SNIPPETS, environment={"GREETING": "¡hola!"}, limits=JailLimits(cpus=1))
    with zygote.spawn(job) as jail:
        look = "import os; print(os.environ['GREETING'], os.environ['OMP_NUM_THREADS'], len(os.sched_getaffinity(0)))"
        assert ask(jail, look).printed == "¡hola! 1 1\n"


def test_a_zygote_that_died_is_told_of_and_started_again_at_its_address() -> None:
    with snippets_zygote() as zygote:
        client = ZygoteClient(zygote.address)
        jail = client.spawn(snippets_job())
        os.kill(zygote.pid, signal.SIGKILL)
        while zygote.alive:
            time.sleep(0.01)
        with pytest.raises(JailUnavailable, match="zygote"):
            client.spawn(snippets_job())
        assert ask(jail, "print('a jail outlives its zygote')").printed
        with zygote.spawn(snippets_job()) as another:
            assert ask(another, "print('again')").printed == "again\n"
        with client.spawn(snippets_job()) as another:
            assert ask(another, "print('here too')").printed == "here too\n"
        jail.kill()


def test_a_zygote_that_hangs_is_told_of_and_can_be_restarted() -> None:
    with snippets_zygote() as zygote:
        os.kill(zygote.pid, signal.SIGSTOP)
        with pytest.raises(JailUnavailable, match="zygote"):
            ZygoteClient(zygote.address, spawn_seconds=0.3).spawn(snippets_job())
        zygote.restart()
        with zygote.spawn(snippets_job()) as jail:
            assert ask(jail, "print('again')").printed == "again\n"


def test_a_fork_of_the_owner_may_use_the_zygote_but_does_not_end_it() -> None:
    with snippets_zygote() as zygote:
        pid = os.fork()
        if pid == 0:
            with zygote.spawn(snippets_job()) as jail:
                printed = ask(jail, "print('here')").printed
            zygote.close()
            os._exit(0 if printed == "here\n" else 1)
        assert os.waitpid(pid, 0)[1] == 0
        zygote_pid = zygote.pid
        with zygote.spawn(snippets_job()) as jail:
            assert ask(jail, "print('still')").printed == "still\n"
        assert zygote.pid == zygote_pid


def test_a_zygote_ends_with_its_owner() -> None:
    ours, theirs = multiprocessing.Pipe()
    owner = multiprocessing.get_context("fork").Process(target=_own_a_zygote, args=(theirs,))
    owner.start()
    pid = ours.recv()
    owner.kill()
    owner.join()
    deadline = time.monotonic() + 5
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(f"/proc/{pid}").exists()


def _own_a_zygote(pipe) -> None:
    with snippets_zygote() as zygote:
        pipe.send(zygote.pid)
        time.sleep(60)


def test_the_socket_is_closed_to_other_users_and_gone_at_the_end() -> None:
    with snippets_zygote() as zygote:
        folder = Path(zygote.address).parent
        assert folder.stat().st_mode & 0o077 == 0
    assert not folder.exists()


def test_without_a_jail_only_when_asked_for_and_loudly(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "file.txt").write_text("shown")
    with snippets_zygote(unsafe=True) as zygote:
        assert "--unsafe" in capfd.readouterr().err
        mounts = (Mount(source=tmp_path / "data", target="data"),)
        with zygote.spawn(Job(program=SNIPPETS, mounts=mounts)) as jail:
            assert jail.layers == ("limits",)
            assert ask(jail, "print(open('data/file.txt').read())").printed == "shown\n"
            assert jail.close().reason == "exit"
        with zygote.spawn(snippets_job(wall_seconds=0.3)) as jail:
            assert jail.wait(5).reason == "wall"
