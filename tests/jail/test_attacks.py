"""What a stranger's code tries in a jail, a row an attack, and what it must meet."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from pathlib import Path

import pyseccomp
import pytest
from jail_talk import ask, snippets_job

from autograder.jail import Jail, Zygote

pytestmark = pytest.mark.jail

HERE = Path(__file__).resolve()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """Code to run in a jail and a pattern that what it prints or raises must match as a whole."""

    name: str
    code: str
    seen: str


def system_call(name: str, *arguments: object) -> str:
    """Return code that makes a system call itself, past the C library, and prints the error it meets."""
    number = pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name)
    padded = ", ".join(map(str, (*arguments, *[0] * (5 - len(arguments)))))
    return (
        "import ctypes, errno\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        f"result = libc.syscall({number}, {padded})\n"
        "if result == 0 and " + str(name == "clone") + ": import os; os._exit(0)\n"
        "print(result, errno.errorcode.get(ctypes.get_errno()))"
    )


REFUSED = r"-1 (EPERM|ENOSYS)\n"
NO_FILE = r"(FileNotFoundError|PermissionError): .*"
NO_PERMISSION = r"PermissionError: .*"
READ_ONLY = r"(OSError: \[Errno (26|30)\]|PermissionError: ).*"

READING = [
    Attack(name="a hidden test by its path", code=f"open({str(HERE)!r})", seen=r"FileNotFoundError: .*"),
    Attack(name="the password file", code="open('/etc/shadow')", seen=r"FileNotFoundError: .*"),
    Attack(
        name="the folders of the course",
        code="import os\n"
        f"print(sorted({{'source', 'solutions', 'var', '.git'}} & {{*os.listdir({str(HERE.parents[2])!r})}}))\n"
        f"print(os.listdir({str(HERE.parent)!r}))",
        seen=r"\[\]\n\['programs'\]\n",
    ),
    Attack(name="another process's environment", code="open('/proc/1/environ').read()", seen=NO_PERMISSION),
    Attack(name="another process's memory", code="open('/proc/1/mem', 'rb')", seen=NO_PERMISSION),
    Attack(name="another process's maps", code="open('/proc/1/maps').read()", seen=NO_PERMISSION),
    Attack(name="the root outside", code="import os; os.listdir('/proc/1/root/')", seen=NO_PERMISSION),
    Attack(name="the folder before", code="import os; os.listdir('/proc/1/cwd/')", seen=NO_PERMISSION),
    Attack(
        name="the processes outside",
        code="import os; print(sorted(int(n) for n in os.listdir('/proc') if n.isdecimal()))",
        seen=r"\[1, 2\]\n",
    ),
    Attack(
        name="inherited descriptors",
        code="import os\nfor fd in range(600):\n"
        "    try: print(fd, os.readlink(f'/proc/self/fd/{fd}').partition(':')[0])\n"
        "    except FileNotFoundError: pass",
        seen=r"0 /dev/null\n1 /dev/null\n2 /dev/null\n3 socket\n",
    ),
    Attack(
        name="the environment of whoever started us",
        code="import os\nprint([v for v in os.environ.values() if 'answer-is' in v])",
        seen=r"\[\]\n",
    ),
    Attack(
        name="the root above the root",
        code="import os\nprint(os.stat('/').st_ino == os.stat('/..').st_ino, sorted(os.listdir('/')))",
        seen=r"True \[(?!.*\.(old|scratch)).*'usr'.*\]\n",
    ),
    Attack(
        name="a hard link to a file outside", code="import os; os.link('/usr/bin/env', '/jail/env')", seen=r"OSError.*"
    ),
    Attack(
        name="a disk",
        code="import os; os.mknod('/jail/disk', 0o60600, os.makedev(254, 0))",
        seen=r"OSError.*|" + NO_PERMISSION,
    ),
    Attack(name="terminals outside", code="import os; print(os.listdir('/dev/pts'))", seen=r"\['ptmx'\]\n"),
    Attack(name="the kernel's log", code=system_call("syslog", 3), seen=REFUSED),
]

WRITING = [
    Attack(
        name="a module of site-packages",
        code="import numpy; open(numpy.__file__, 'a')",
        seen=READ_ONLY,
    ),
    Attack(
        name="a cached module",
        code="import numpy, os; os.mkdir(os.path.dirname(numpy.__file__) + '/evil')",
        seen=READ_ONLY,
    ),
    Attack(
        name="the interpreter",
        code="import sys, os; open(os.path.realpath(sys.executable), 'ab')",
        seen=READ_ONLY,
    ),
    Attack(name="our own package", code="import autograder; open(autograder.__file__, 'a')", seen=READ_ONLY),
    Attack(name="a file of the system", code="open('/usr/lib/evil', 'w')", seen=READ_ONLY),
    Attack(
        name="a mount that is not read-only",
        code="lines = [line.split() for line in open('/proc/self/mountinfo')]\n"
        "print(sorted(line[4] for line in lines if 'rw' in line[5].split(',')))",
        seen=r"\['/dev/shm', '/jail', '/tmp'\]\n",
    ),
    Attack(name="a file in the root", code="open('/evil', 'w')", seen=READ_ONLY),
    Attack(name="a file of /etc", code="open('/etc/passwd', 'a')", seen=READ_ONLY),
    Attack(
        name="a module that shadows one of Python's",
        code="open('/jail/colorsys.py', 'w').write('raise SystemExit')\nimport colorsys\nprint(colorsys.__file__)",
        seen=r"(?!/jail/colorsys).*colorsys\.py\n",
    ),
    Attack(
        name="how soon to be killed",
        code="open('/proc/self/oom_score_adj', 'w').write('0')",
        seen=r"(OSError|PermissionError).*",
    ),
    Attack(
        name="a setting of the kernel",
        code="open('/proc/sys/kernel/hostname', 'w')",
        seen=r"(OSError|PermissionError).*",
    ),
    Attack(name="the name of the machine", code="import socket; socket.sethostname('mine')", seen=NO_PERMISSION),
]

NETWORK = [
    Attack(name="TCP", code="import socket; socket.socket(socket.AF_INET)", seen=r"OSError: \[Errno 97\].*"),
    Attack(name="TCP over IPv6", code="import socket; socket.socket(socket.AF_INET6)", seen=r"OSError: \[Errno 97\].*"),
    Attack(
        name="UDP",
        code="import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
        seen=r"OSError: \[Errno 97\].*",
    ),
    Attack(name="names", code="import socket; socket.getaddrinfo('example.org', 80)", seen=r"gaierror: .*"),
    Attack(
        name="netlink",
        code="import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)",
        seen=r"OSError: \[Errno 97\].*",
    ),
    Attack(
        name="packets",
        code="import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)",
        seen=r"OSError: \[Errno 97\].*",
    ),
    Attack(
        name="virtual machine sockets",
        code="import socket; socket.socket(socket.AF_VSOCK)",
        seen=r"OSError: \[Errno 97\].*",
    ),
    Attack(
        name="a pair of internet sockets",
        code="import socket; socket.socketpair(socket.AF_INET)",
        seen=r"(OSError|PermissionError).*",
    ),
    Attack(
        name="an abstract socket outside",
        code="import socket; socket.socket(socket.AF_UNIX).connect('\\0autograder-test-outside')",
        seen=r"ConnectionRefusedError: .*",
    ),
    Attack(
        name="interfaces",
        code="print(len(open('/proc/net/dev').readlines()) <= 3, open('/proc/net/route').readlines()[1:])",
        seen=r"True \[\]\n",
    ),
]

CLONE_NEWUSER = 0x10000000
FORBIDDEN = [
    name
    for line in """
    add_key bpf init_module io_uring_setup kexec_load keyctl memfd_create mq_open msgget open_by_handle_at
    perf_event_open personality process_madvise quotactl request_key seccomp semget shmget sync userfaultfd vmsplice
    """.splitlines()
    for name in line.split()
]
KERNEL = [
    Attack(name="a user namespace", code=system_call("unshare", CLONE_NEWUSER), seen=REFUSED),
    Attack(name="a user namespace by clone", code=system_call("clone", CLONE_NEWUSER | 17), seen=REFUSED),
    Attack(name="a mount namespace by clone", code=system_call("clone", 0x20000 | 17), seen=REFUSED),
    Attack(name="clone3", code=system_call("clone3", 0, 88), seen=r"-1 ENOSYS\n"),
    Attack(name="another's namespaces", code=system_call("setns", 3, 0), seen=REFUSED),
    Attack(name="a new root", code="import os; os.chroot('/jail')", seen=NO_PERMISSION),
    Attack(name="a mount", code=system_call("mount", 0, 0, 0, 32), seen=REFUSED),
    Attack(name="a mount by the newer calls", code=system_call("open_tree", -100, 0, 1), seen=REFUSED),
    Attack(name="the memory of pid 1 by its call", code=system_call("process_vm_readv", 1), seen=REFUSED),
    Attack(name="tracing", code=system_call("ptrace", 16, 1), seen=REFUSED),
    Attack(name="a descriptor of pid 1", code=system_call("pidfd_getfd", 3, 0), seen=REFUSED),
    *(Attack(name=name, code=system_call(name), seen=REFUSED) for name in FORBIDDEN),
    Attack(name="being root", code="import os; os.setuid(0)", seen=NO_PERMISSION),
    Attack(name="a group of root's", code="import os; os.setgroups([0])", seen=NO_PERMISSION),
    Attack(
        name="su",
        code="import subprocess\n"
        "print(subprocess.run(['su', '-c', 'id'], capture_output=True, stdin=-3).returncode != 0)",
        seen=r"True\n",
    ),
    Attack(
        name="capabilities of a program that is run",
        code="import subprocess\n"
        "command = ['grep', '-E', 'Cap(Prm|Eff|Bnd|Amb)|NoNewPrivs|Seccomp:', '/proc/self/status']\n"
        "print(subprocess.run(command, capture_output=True, text=True).stdout)",
        seen=r"(Cap\w+:\t0+\n){4}NoNewPrivs:\t1\nSeccomp:\t2\n\n",
    ),
    Attack(name="being dumpable", code="import ctypes; print(ctypes.CDLL(None).prctl(4, 1, 0, 0, 0))", seen=r"-1\n"),
    Attack(
        name="typing into a terminal",
        code="import fcntl; fcntl.ioctl(0, 0x5412, b'x')",
        seen=r"OSError: \[Errno 38\].*",
    ),
    Attack(
        name="more processors", code="import os; os.sched_setaffinity(0, range(os.cpu_count()))", seen=NO_PERMISSION
    ),
    Attack(
        name="higher limits",
        code="import resource; resource.setrlimit(resource.RLIMIT_NPROC, (9999, 9999))",
        seen=r"(ValueError|PermissionError): .*",
    ),
]

MISCHIEF = [
    Attack(name="killing pid 1", code="import os; os.kill(1, 9); print('alive')", seen=r"alive\n"),
    Attack(name="interrupting pid 1", code="import os; os.kill(1, 2); print('alive')", seen=r"alive\n"),
    Attack(name="stopping pid 1", code="import os; os.kill(1, 19); print('alive')", seen=r"alive\n"),
    Attack(
        name="killing all", code="import os; os.kill(-1, 9); print('alive')", seen=r"(alive\n|ProcessLookupError.*)"
    ),
    Attack(
        name="a fork bomb",
        code="import os, time\nchildren = []\ntry:\n"
        "    while len(children) < 1000:\n        child = os.fork()\n"
        "        if child == 0:\n            time.sleep(60)\n            os._exit(0)\n        children.append(child)\n"
        "except OSError as error: print(error.errno, len(children) < 64)\n"
        "for child in children: os.kill(child, 9); os.waitpid(child, 0)",
        seen=r"11 True\n",
    ),
    Attack(
        name="a thread bomb",
        code="import threading\nenough = threading.Event()\nthreads = []\ntry:\n"
        "    while len(threads) < 1000:\n        thread = threading.Thread(target=enough.wait)\n"
        "        thread.start()\n        threads.append(thread)\n"
        "except RuntimeError as error: print(len(threads) < 64)\nenough.set()",
        seen=r"True\n",
    ),
    Attack(
        name="filling the disk",
        code="import os\nmegabytes = 0\ntry:\n    with open('/jail/big', 'wb', buffering=0) as file:\n"
        "        while megabytes < 200: file.write(bytes(1 << 20)); megabytes += 1\n"
        "except OSError as error: print(error.errno, megabytes <= 64)\n"
        "try: open('/dev/shm/more', 'wb', buffering=0).write(bytes(8 << 20)) == 8 << 20 or 1 / 0\n"
        "except (OSError, ZeroDivisionError): print('one size for all')\n"
        "os.unlink('/jail/big')",
        seen=r"28 True\none size for all\n",
    ),
    Attack(
        name="filling the list of files",
        code="import os\ntry:\n    for number in range(100_000): os.mkdir(f'/tmp/{number}')\n"
        "except OSError as error: print(error.errno, number < 20_000)\n"
        "for folder in filter(str.isdigit, os.listdir('/tmp')): os.rmdir(f'/tmp/{folder}')",
        seen=r"28 True\n",
    ),
    Attack(
        name="a file of holes",
        code="import os; open('/jail/holes', 'w'); os.truncate('/jail/holes', 1 << 40)",
        seen=r"OSError: \[Errno 27\].*",
    ),
    Attack(
        name="all descriptors",
        code="files = []\ntry:\n    while len(files) < 5000: files.append(open('/dev/null'))\n"
        "except OSError as error: print(error.errno)\nfiles.clear()",
        seen=r"24\n",
    ),
    Attack(
        name="memory shared by nobody",
        code="import mmap; mmap.mmap(-1, 1 << 20)",
        seen=r"OSError: \[Errno 12\].*",
    ),
    Attack(
        name="a program in its folder",
        code="import shutil, subprocess; shutil.copy('/usr/bin/env', '/jail/env'); subprocess.run(['/jail/env'])",
        seen=NO_PERMISSION,
    ),
]


@pytest.fixture(scope="module")
def outside():
    """A socket outside that listens under an abstract name."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("\0autograder-test-outside")
        listening.listen()
        yield


@pytest.fixture(scope="module")
def long_jail(zygote: Zygote):
    """One jail for the attacks that leave nothing behind."""
    with zygote.spawn(snippets_job(wall_seconds=120, disk_bytes=64 << 20, processes=64)) as jail:
        yield jail


def row(attack: Attack) -> object:
    return pytest.param(attack, id=attack.name.replace(" ", "_"))


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize("attack", [row(attack) for attack in (*READING, *WRITING, *NETWORK, *KERNEL, *MISCHIEF)])
def test_what_the_code_of_a_stranger_tries_is_met(attack: Attack, long_jail: Jail) -> None:
    answer = ask(long_jail, attack.code)
    assert not answer.gone
    assert re.fullmatch(attack.seen, answer.seen, re.DOTALL), answer
