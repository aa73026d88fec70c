"""How much memory and processor time a jail takes, read from outside: from its own /proc, and the size of its files.

Control groups would tell it more simply, but a user without root seldom has one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

KIBIBYTE = 1024
_OWN = ("RssAnon", "RssShmem", "VmSwap", "VmPTE")
_FIRST_TWO = (1, 2)
_PF_FORKNOEXEC = 0x40
_SHARED = ("Pss_Anon", "Pss_Shmem", "SwapPss")


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What a process has when it is forked from the zygote, in bytes."""

    resident: int
    data: int

    @classmethod
    def of_this_process(cls) -> Baseline:
        """Measure the process that calls."""
        own = _fields(Path("/proc/self/status").read_text(), (*_OWN, "VmData"))
        return cls(resident=sum(own[name] for name in _OWN), data=own["VmData"])


@dataclass(slots=True, kw_only=True)
class Gauge:
    """Measures one jail through folders opened inside it: its /proc, which lists its processes alone, and its /jail."""

    proc: int
    work: int
    baseline: Baseline
    peak: int = field(default=0, init=False)
    cpu_seconds: float = field(default=0.0, init=False)

    def over(self, limit: int) -> bool:
        """Measure; tell whether the jail holds more than ``limit`` bytes.

        Pages that several processes share would count for each of them, so the cheap sum is only an upper bound. When
        it is too high, the slow exact one decides.
        """
        files = self._files()
        most, likely = self._sums()
        if files + most > limit:
            most = likely = self._exact()
        self.peak = max(self.peak, files + likely)
        return files + most > limit

    def _sums(self) -> tuple[int, int]:
        """Return what the processes hold at most, and what they likely hold.

        A process forked from the zygote that ran no other program holds the zygote's pages, which are not the jail's.
        Only of the first two is it certain; another may have been forked from a program that was run.
        """
        most = likely = 0
        ticks = 0
        for pid in self._processes():
            stat = self._stat(pid)
            ticks += sum(map(int, stat[11:15]))  # its own and its waited-for children's, in user and in system mode
            own = sum(_fields(self._read(f"{pid}/status"), _OWN).values())
            beyond = max(0, own - self.baseline.resident) if stat and int(stat[6]) & _PF_FORKNOEXEC else own
            likely += beyond
            most += beyond if pid in _FIRST_TWO else own
        self.cpu_seconds = max(self.cpu_seconds, ticks / os.sysconf("SC_CLK_TCK"))
        return most, likely

    def _stat(self, pid: int) -> list[str]:
        """Return the fields of a process's ``stat`` after its name, proc(5)'s third first; none when it is gone."""
        return self._read(f"{pid}/stat").rpartition(")")[2].split()

    def _exact(self) -> int:
        """Sum each process's proportional share.

        A process whose pages we may not look at never ran another program: it holds what the zygote had.
        """
        total = 0
        for pid in self._processes():
            shares = _fields(self._read(f"{pid}/smaps_rollup"), _SHARED)
            if shares:
                total += sum(shares.values())
            else:
                own = sum(_fields(self._read(f"{pid}/status"), _OWN).values())
                total += max(0, own - self.baseline.resident)
        return total

    def _files(self) -> int:
        disk = os.fstatvfs(self.work)
        return (disk.f_blocks - disk.f_bfree) * disk.f_frsize

    def _processes(self) -> Iterator[int]:
        with suppress(OSError):
            yield from [int(name) for name in os.listdir(self.proc) if name.isdecimal()]  # noqa: PTH208 (a descriptor)

    def _read(self, path: str) -> str:
        """Return a file of /proc, or nothing when its process is gone or closed to us."""
        try:
            fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC, dir_fd=self.proc)
        except OSError:
            return ""
        try:
            return os.read(fd, 1 << 16).decode(errors="replace")
        except OSError:
            return ""
        finally:
            os.close(fd)


def _fields(text: str, names: tuple[str, ...]) -> dict[str, int]:
    """Return the named sizes of a ``Name:   12 kB`` listing, in bytes."""
    found = {}
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name in names:
            found[name] = int(value.split()[0]) * KIBIBYTE
    return found
