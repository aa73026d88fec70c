"""GPU slots: each device times its shares, leased to servers and graders alike from one table, with a line to wait in.

The database is the truth: a restart of anything forgets nothing, and two processes never get the same slot.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session, sessionmaker

from autograder.state.device_tables import LeaseRow, WaitRow

PATIENCE = timedelta(minutes=2)
"""Who has not asked again for so long has left the line."""

SERVER, GRADER = "server", "grader"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Who wants a slot. ``holder`` is "server:ana/" or "grader:17"; ``longest`` none: for as long as it takes."""

    holder: str
    user: str
    group: str = ""
    longest: timedelta | None = None

    @property
    def kind(self) -> str:
        """A server or a grader."""
        return self.holder.partition(":")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A slot held: the device's UUID is what CUDA_VISIBLE_DEVICES names."""

    holder: str
    device: str
    share: int
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A place in the line; 1 is next. ``by_quota``: the group has all that it may have."""

    position: int
    by_quota: bool
    next: bool = False  # a slot is there for the asking


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How many slots there are, are free for a server, and are waited for."""

    slots: int
    free: int
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """Leases of ``devices``. ``quota``: the most that a group may hold; ``reserved`` slots are for graders alone."""

    engine: Engine
    devices: Sequence[str]
    shares: int = 1
    quota: Mapping[str, int] = field(default_factory=dict)
    reserved: int = 0

    def acquire(self, wish: Wish, now: datetime) -> Lease | Waiting:
        """Return a slot, the one held already, or a place in the line. Ask again to keep the place."""
        with self._writing() as session:
            held = session.scalar(select(LeaseRow).where(LeaseRow.holder == wish.holder))
            if held is not None:
                return _lease(held)
            own, place = self._place(session, wish, now)
            if not place.next:
                return place
            session.delete(own)
            row = self._give(session, wish, now)
            session.flush()
            return _lease(row)

    def queue(self, wish: Wish, now: datetime) -> Waiting:
        """Take a place in the line, or keep it, without taking a slot."""
        with self._writing() as session:
            return self._place(session, wish, now)[1]

    def release(self, holder: str) -> None:
        """Give a slot back and leave the line; nothing happens to who has neither."""
        with self._writing() as session:
            session.execute(delete(LeaseRow).where(LeaseRow.holder == holder))
            session.execute(delete(WaitRow).where(WaitRow.holder == holder))

    def keep_only(self, kind: str, alive: Collection[str]) -> tuple[str, ...]:
        """Release what holders of ``kind`` that are not ``alive`` left behind; return them."""
        with self._writing() as session:
            rows = session.scalars(select(LeaseRow).where(LeaseRow.holder.startswith(f"{kind}:", autoescape=True)))
            gone = [row for row in rows if row.holder not in alive]
            for row in gone:
                session.delete(row)
            return tuple(row.holder for row in gone)

    def leases(self) -> tuple[Lease, ...]:
        """Return all leases, the oldest first."""
        with sessionmaker(self.engine)() as session:
            return tuple(_lease(row) for row in session.scalars(select(LeaseRow).order_by(LeaseRow.since, LeaseRow.id)))

    def overdue(self, now: datetime) -> tuple[Lease, ...]:
        """Return the leases whose longest session is over."""
        return tuple(lease for lease in self.leases() if lease.until is not None and lease.until <= now)

    def view(self, now: datetime) -> View:
        """Return what somebody who is about to choose wants to know."""
        with sessionmaker(self.engine)() as session:
            waiting = session.scalars(select(WaitRow).where(WaitRow.seen_at > now - PATIENCE)).all()
            return View(
                slots=len(self.devices) * self.shares, free=max(0, self._free(session, SERVER)), waiting=len(waiting)
            )

    def _place(self, session: Session, wish: Wish, now: datetime) -> tuple[WaitRow, Waiting]:
        own, ahead = self._line(session, wish, now)
        by_quota = self._over_quota(session, wish.group)
        free = self._free(session, wish.kind) > ahead
        return own, Waiting(position=ahead + 1, by_quota=by_quota, next=free and not by_quota)

    def _line(self, session: Session, wish: Wish, now: datetime) -> tuple[WaitRow, int]:
        """Return the wish's place in the line, and how many come first. Those who left, or may have none, do not."""
        session.execute(delete(WaitRow).where(WaitRow.seen_at <= now - PATIENCE, WaitRow.holder != wish.holder))
        row = session.scalar(select(WaitRow).where(WaitRow.holder == wish.holder))
        if row is not None and row.seen_at <= now - PATIENCE:  # came back: at the end
            session.delete(row)
            session.flush()
            row = None
        if row is None:
            row = WaitRow(holder=wish.holder, group=wish.group, since=now, seen_at=now)
            session.add(row)
        row.seen_at = now
        session.flush()
        # A grader waits for graders alone: it has slots of its own, and seconds of work.
        before = session.scalars(select(WaitRow).where(WaitRow.id < row.id))
        rivals = [one for one in before if wish.kind == SERVER or one.holder.startswith(f"{wish.kind}:")]
        return row, sum(not self._over_quota(session, one.group) for one in rivals)

    def _free(self, session: Session, kind: str) -> int:
        """Return how many slots somebody of ``kind`` could have. What graders hold counts towards what is reserved."""
        rows = session.scalars(select(LeaseRow.holder).where(LeaseRow.device.in_(self.devices))).all()
        grading = sum(holder.startswith(f"{GRADER}:") for holder in rows)
        kept = 0 if kind == GRADER else max(0, self.reserved - grading)
        return len(self.devices) * self.shares - len(rows) - kept

    def _over_quota(self, session: Session, group: str) -> bool:
        if group not in self.quota:
            return False
        held = session.scalars(select(LeaseRow.id).where(LeaseRow.group == group)).all()
        return len(held) >= self.quota[group]

    def _give(self, session: Session, wish: Wish, now: datetime) -> LeaseRow:
        """Lease a slot of the device that is least used, the first of several."""
        taken = {(row.device, row.share) for row in session.scalars(select(LeaseRow))}
        used = Counter(device for device, _ in taken)
        open_devices = [device for device in self.devices if used[device] < self.shares]
        device = min(open_devices, key=lambda one: used[one])
        share = next(number for number in range(self.shares) if (device, number) not in taken)
        until = None if wish.longest is None else now + wish.longest
        row = LeaseRow(
            device=device,
            share=share,
            holder=wish.holder,
            user=wish.user,
            group=wish.group,
            since=now,
            until=until,
        )
        session.add(row)
        return row

    def _writing(self) -> Session:
        return sessionmaker(self.engine.execution_options(writes=True)).begin()  # type: ignore[return-value]


def _lease(row: LeaseRow) -> Lease:
    return Lease(holder=row.holder, device=row.device, share=row.share, since=row.since, until=row.until)
