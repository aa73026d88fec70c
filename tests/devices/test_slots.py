"""GPU slots: none twice, least used first, quotas, reserve, a line that nobody jumps; whatever happens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule

from autograder.devices.slots import GRADER, PATIENCE, SERVER, Lease, Slots, Waiting, Wish
from autograder.state.database import open_database, sqlite_url

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator:
    made = open_database(sqlite_url(tmp_path / "autograder.db"))
    yield made
    made.dispose()


def wish(user: str, kind: str = SERVER, group: str = "", longest: timedelta | None = None) -> Wish:
    return Wish(holder=f"{kind}:{user}/", user=user, group=group, longest=longest)


def test_the_least_used_device_is_given_first(engine) -> None:
    slots = Slots(engine=engine, devices=("GPU-a", "GPU-b"), shares=2)
    given = [slots.acquire(wish(user), NOW) for user in "abcd"]
    assert [(lease.device, lease.share) for lease in given] == [("GPU-a", 0), ("GPU-b", 0), ("GPU-a", 1), ("GPU-b", 1)]


def test_who_holds_a_slot_gets_the_same_again(engine) -> None:
    slots = Slots(engine=engine, devices=("GPU-a", "GPU-b"))
    assert slots.acquire(wish("ana"), NOW) == slots.acquire(wish("ana"), NOW + timedelta(hours=1))


def test_the_line_is_served_in_its_order(engine) -> None:
    slots = Slots(engine=engine, devices=("GPU-a",))
    slots.acquire(wish("ana"), NOW)
    assert slots.acquire(wish("beto"), NOW) == Waiting(position=1, by_quota=False)
    assert slots.acquire(wish("carla"), NOW) == Waiting(position=2, by_quota=False)
    slots.release("server:ana/")
    assert slots.acquire(wish("carla"), NOW) == Waiting(position=2, by_quota=False)
    assert isinstance(slots.acquire(wish("beto"), NOW), Lease)
    assert slots.acquire(wish("carla"), NOW) == Waiting(position=1, by_quota=False)


def test_who_stops_asking_leaves_the_line(engine) -> None:
    slots = Slots(engine=engine, devices=("GPU-a",))
    slots.acquire(wish("ana"), NOW)
    slots.acquire(wish("beto"), NOW)
    later = NOW + PATIENCE + timedelta(seconds=1)
    assert slots.acquire(wish("carla"), later) == Waiting(position=1, by_quota=False)
    assert slots.acquire(wish("beto"), later) == Waiting(position=2, by_quota=False)


def test_a_group_has_no_more_than_its_quota(engine) -> None:
    slots = Slots(engine=engine, devices=("GPU-a", "GPU-b", "GPU-c"), quota={"curso": 1})
    assert isinstance(slots.acquire(wish("ana", group="curso"), NOW), Lease)
    assert slots.acquire(wish("beto", group="curso"), NOW) == Waiting(position=1, by_quota=True)
    assert isinstance(slots.acquire(wish("carla", group="curso"), NOW), Waiting)
    for user in ("profe", "jefa"):  # who may have none keeps nobody waiting
        assert isinstance(slots.acquire(wish(user, group="docentes"), NOW), Lease)


def test_what_is_reserved_is_given_to_graders_alone(engine) -> None:
    slots = Slots(engine=engine, devices=("GPU-a", "GPU-b"), reserved=1)
    assert isinstance(slots.acquire(wish("ana"), NOW), Lease)
    assert isinstance(slots.acquire(wish("beto"), NOW), Waiting)
    assert isinstance(slots.acquire(wish("17", GRADER), NOW), Lease)
    assert isinstance(slots.acquire(wish("18", GRADER), NOW), Waiting)


def test_a_lease_outlives_the_process_and_the_dead_are_found(engine) -> None:
    Slots(engine=engine, devices=("GPU-a", "GPU-b")).acquire(wish("ana"), NOW)
    after = Slots(engine=engine, devices=("GPU-a", "GPU-b"))
    after.acquire(wish("beto"), NOW)
    after.acquire(wish("17", GRADER), NOW)
    assert after.keep_only(SERVER, {"server:beto/"}) == ("server:ana/",)
    assert {lease.holder for lease in after.leases()} == {"server:beto/"}


def test_a_session_is_overdue_when_its_longest_time_is_over(engine) -> None:
    slots = Slots(engine=engine, devices=("GPU-a",))
    slots.acquire(wish("ana", longest=timedelta(hours=4)), NOW)
    assert slots.overdue(NOW + timedelta(hours=3, minutes=59)) == ()
    assert [lease.holder for lease in slots.overdue(NOW + timedelta(hours=4))] == ["server:ana/"]


def test_a_device_that_is_gone_is_not_given(engine) -> None:
    Slots(engine=engine, devices=("GPU-a",)).acquire(wish("ana"), NOW)
    other = Slots(engine=engine, devices=("GPU-b",))
    lease = other.acquire(wish("beto"), NOW)
    assert isinstance(lease, Lease)
    assert lease.device == "GPU-b"


class Life(RuleBasedStateMachine):
    """Anybody asks and leaves at any time, and nothing that must not be ever is."""

    holders = Bundle("holders")

    @initialize(
        devices=st.integers(1, 3), shares=st.integers(1, 2), quota=st.integers(1, 3), reserved=st.integers(0, 1)
    )
    def begin(self, devices: int, shares: int, quota: int, reserved: int) -> None:
        self.folder = TemporaryDirectory()
        self.engine = open_database(sqlite_url(Path(self.folder.name) / "autograder.db"))
        self.slots = Slots(
            engine=self.engine,
            devices=tuple(f"GPU-{n}" for n in range(devices)),
            shares=shares,
            quota={"curso": quota},
            reserved=reserved,
        )
        self.now = NOW
        self.wishes: dict[str, Wish] = {}

    @rule(
        target=holders,
        user=st.sampled_from("abcdef"),
        kind=st.sampled_from((SERVER, GRADER)),
        group=st.sampled_from(("curso", "")),
    )
    def somebody(self, user: str, kind: str, group: str) -> str:
        one = wish(user, kind, group)
        self.wishes.setdefault(one.holder, one)
        return one.holder

    @rule(holder=holders)
    def ask(self, holder: str) -> None:
        held = {lease.holder: lease for lease in self.slots.leases()}
        used = Counter(lease.device for lease in held.values())
        answer = self.slots.acquire(self.wishes[holder], self.now)
        if holder in held:
            assert answer == held[holder]
        elif isinstance(answer, Lease):
            open_devices = [device for device in self.slots.devices if used[device] < self.slots.shares]
            assert used[answer.device] == min(used[device] for device in open_devices)
        else:
            assert answer.position >= 1

    @rule(holder=holders)
    def leave(self, holder: str) -> None:
        self.slots.release(holder)

    @rule(minutes=st.integers(1, 5))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @precondition(lambda self: hasattr(self, "slots"))
    @invariant()
    def no_slot_is_held_twice_and_no_limit_is_passed(self) -> None:
        leases = self.slots.leases()
        assert len({(lease.device, lease.share) for lease in leases}) == len(leases)
        assert len({lease.holder for lease in leases}) == len(leases)
        assert len(leases) <= len(self.slots.devices) * self.slots.shares
        assert sum(self.wishes[lease.holder].group == "curso" for lease in leases) <= self.slots.quota["curso"]
        servers = sum(lease.holder.startswith(SERVER) for lease in leases)
        graders = len(leases) - servers
        assert self.slots.view(self.now).free >= 0
        assert servers + max(self.slots.reserved, graders) <= len(self.slots.devices) * self.slots.shares + graders

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            self.engine.dispose()
            self.folder.cleanup()


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=10, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
