"""A jail with somebody's home: that stays, is theirs alone, and the jail may outlive whoever spawned it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from jail_talk import PROGRAMS, SNIPPETS, ask

from autograder.jail import Home, JailLimits, Job, Mount, Zygote

pytestmark = pytest.mark.jail

UID = 64_100 if os.geteuid() == 0 else os.geteuid()


def home_of(folder: Path, user: str = "ana", uid: int = UID) -> Home:
    folder.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(folder, uid, uid)
    return Home(folder=folder, user=user, uid=uid, gid=uid)


def test_what_is_written_at_home_stays_and_belongs_to_its_user(zygote: Zygote, tmp_path: Path) -> None:
    job = Job(program=SNIPPETS, home=home_of(tmp_path / "ana"))
    with zygote.spawn(job) as jail:
        said = ask(jail, "import os; print(os.getcwd(), os.environ['HOME'], os.getuid(), os.path.expanduser('~ana'))")
        ask(jail, "open('notes', 'w').write('kept')")
    assert said.printed.split() == ["/home/ana", "/home/ana", str(UID), "/home/ana"]
    assert (tmp_path / "ana" / "notes").read_text() == "kept"
    assert (tmp_path / "ana" / "notes").stat().st_uid == UID


def test_nobody_elses_home_is_there(zygote: Zygote, tmp_path: Path) -> None:
    home_of(tmp_path / "beto", "beto", UID)
    with zygote.spawn(Job(program=SNIPPETS, home=home_of(tmp_path / "ana"), network=True)) as jail:
        said = ask(jail, f"import os; print(os.listdir('/home'), os.path.exists({str(tmp_path)!r}))")
    assert said.printed.strip() == "['ana'] False"


def test_only_a_jail_with_a_network_meets_a_port_of_the_machine(zygote: Zygote, tmp_path: Path) -> None:
    code = "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print('bound')"
    with zygote.spawn(Job(program=SNIPPETS, home=home_of(tmp_path / "ana"))) as jail:
        assert "bound" not in ask(jail, code).seen
    with zygote.spawn(Job(program=SNIPPETS, home=home_of(tmp_path / "eva"), network=True)) as jail:
        assert "bound" in ask(jail, code).seen
        assert not ask(jail, "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).close()").raised
        for protocol in (6, 9, 12, 15):  # XFRM, AUDIT, NETFILTER, KOBJECT_UEVENT
            assert "OSError" in ask(jail, f"socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, {protocol})").seen
        for family in ("AF_PACKET", "AF_VSOCK", "AF_ALG"):
            assert "OSError" in ask(jail, f"socket.socket(socket.{family}, socket.SOCK_RAW)").seen


def test_the_ids_of_grading_jails_cannot_be_taken_from_a_jail_with_a_network(zygote: Zygote, tmp_path: Path) -> None:
    take = "import socket; kept = [socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(400)]"
    names = "[s.bind(f'\\0autograder-jail-{65000 + n}') for n, s in enumerate(kept)]"
    with zygote.spawn(Job(program=SNIPPETS, home=home_of(tmp_path / "ana"), network=True)) as jail:
        assert ask(jail, f"{take}\n{names}\nopen('/run/autograder-jails/65000')").raised is not None
        with zygote.spawn(Job(program=SNIPPETS)) as grading:
            assert grading.layers


@pytest.mark.parametrize("uid", [0, 65_000, 65_499], ids=["root", "first_jail", "last_jail"])
def test_a_home_is_neither_roots_nor_a_grading_jails(uid: int, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="neither"):
        Home(folder=tmp_path, user="ana", uid=uid, gid=1000)


@pytest.mark.parametrize("user", ["../eva", "", "a/b", "a\nroot", ".hidden"])
def test_a_home_has_a_plain_name(user: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="must be letters"):
        Home(folder=tmp_path, user=user, uid=1000, gid=1000)


def test_nothing_is_mounted_where_the_program_could_put_a_link(tmp_path: Path) -> None:
    home = Home(folder=tmp_path, user="ana", uid=1000, gid=1000)
    with pytest.raises(ValueError, match="may write to"):
        Job(program=SNIPPETS, home=home, mounts=(Mount(source=tmp_path, target="/home/ana/course"),))


def test_a_jail_that_outlives_goes_on_without_its_spawner_and_ends_with_its_supervisor(
    zygote: Zygote, tmp_path: Path
) -> None:
    home = home_of(tmp_path / "ana")
    made = f'Home(folder=Path({str(home.folder)!r}), user="ana", uid={UID}, gid={UID})'
    spawner = f"""
import sys, time
from pathlib import Path
sys.path.insert(0, {str(PROGRAMS.parent)!r})
from jail_talk import ask
from autograder.jail import Home, Job, connect
job = Job(program="snippets:main", outlives=True, home={made})
jail = connect({zygote.address!r}).spawn(job)
ask(jail, "import subprocess; subprocess.Popen(['sleep', '300'])")
code = "import os, time\\nwhile True:\\n open('beat', 'a').write('.'); time.sleep(0.05)"
from jail_talk import tell
tell(jail, code)
time.sleep(0.5)
print(jail.supervisor, flush=True)
import os
os._exit(0)
"""
    said = subprocess.run([sys.executable, "-c", spawner], capture_output=True, text=True, timeout=60, check=True)
    supervisor, beat = int(said.stdout), home.folder / "beat"
    before = beat.stat().st_size
    time.sleep(0.4)
    assert beat.stat().st_size > before
    os.kill(supervisor, signal.SIGTERM)
    time.sleep(0.3)
    after = beat.stat().st_size
    time.sleep(0.3)
    assert beat.stat().st_size == after


def test_a_jail_that_does_not_outlive_ends_with_its_spawner(zygote: Zygote, tmp_path: Path) -> None:
    jail = zygote.spawn(Job(program=SNIPPETS, home=home_of(tmp_path / "ana"), limits=JailLimits(look_seconds=0.02)))
    assert jail.kill().reason in ("killed", "exit")
