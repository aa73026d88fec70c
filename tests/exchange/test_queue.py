"""The queue: who is next, what survives a death, and that nothing is graded twice."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from autograder.course.result import GradedAttempt
from autograder.exchange.queue import AGAIN_AFTER, LEASE, PAUSE, REGRADED, TRIES, JobState, LeaseLost, Queue
from autograder.gradebook import Gradebook
from tests.exchange.conftest import NOON

SECOND = timedelta(seconds=1)


def record(book: Gradebook, job) -> None:
    (attempt,) = book.attempts(student=job.student)
    book.record(
        attempt, GradedAttempt(lab=job.lab, bundle="b", submission=attempt.submission, questions=()), NOON + SECOND
    )


def test_the_first_to_hand_in_is_the_first_to_be_graded(queue, hand_in):
    ana, beto = hand_in("ana"), hand_in("beto")
    assert (ana.position, beto.position) == (1, 2)
    assert queue.lease("w", NOON).student == "ana"
    assert queue.find(beto.attempt).position == 1


def test_who_waits_at_a_page_comes_before_a_regrade(queue, hand_in):
    old = hand_in("ana")
    queue.finish(queue.lease("w", NOON), "w", NOON)
    assert queue.put(old.attempt, NOON, priority=REGRADED).state is JobState.QUEUED
    hand_in("beto")
    assert [job.student for job in queue.live()] == ["beto", "ana"]


def test_handing_in_the_same_again_makes_no_second_job(queue, hand_in):
    first = hand_in("ana")
    assert hand_in("ana").id == first.id
    queue.finish(queue.lease("w", NOON), "w", NOON)
    assert hand_in("ana").state is JobState.DONE
    assert queue.counts()[JobState.QUEUED] == 0


def test_what_we_gave_up_on_is_tried_anew_when_it_is_handed_in_again_later(queue, hand_in):
    job = hand_in("ana")
    queue.finish(queue.lease("w", NOON), "w", NOON, internal="the disk was full")
    assert queue.put_once(job.attempt, NOON + AGAIN_AFTER).state is JobState.INTERNAL
    assert queue.put_once(job.attempt, NOON + AGAIN_AFTER + SECOND).state is JobState.QUEUED


def test_a_surplus_attempt_is_held_until_staff_says_so(queue, hand_in):
    held = hand_in("ana", held=True)
    assert held.state is JobState.HELD
    assert queue.lease("w", NOON) is None
    queue.put(held.attempt, NOON)
    assert queue.lease("w", NOON).student == "ana"


def test_a_job_whose_worker_died_is_leased_to_another_once_its_lease_has_ended(queue, hand_in):
    hand_in("ana")
    queue.lease("dead", NOON)
    assert queue.lease("w", NOON + LEASE - SECOND) is None
    job = queue.lease("w", NOON + LEASE + SECOND)
    assert (job.student, job.tries) == ("ana", 2)
    assert "dead" in job.trouble


def test_a_beat_keeps_the_lease(queue, hand_in):
    hand_in("ana")
    job = queue.lease("slow", NOON)
    queue.beat(job, "slow", NOON + LEASE)
    assert queue.lease("w", NOON + LEASE + SECOND) is None


@pytest.mark.parametrize("act", ["beat", "finish", "retry"])
def test_who_lost_the_lease_can_write_nothing(queue, hand_in, act):
    hand_in("ana")
    job = queue.lease("slow", NOON)
    queue.lease("w", NOON + LEASE + SECOND)
    arguments = ("why",) if act == "retry" else ()
    with pytest.raises(LeaseLost):
        getattr(queue, act)(job, "slow", NOON + LEASE + SECOND, *arguments)


def test_what_failed_waits_longer_each_time_and_lets_others_pass(queue, hand_in):
    hand_in("ana")
    hand_in("beto")
    job = queue.lease("w", NOON)
    queue.retry(job, "w", NOON, "no jail")
    assert queue.lease("w", NOON).student == "beto"
    assert queue.lease("w", NOON + PAUSE - SECOND) is None
    again = queue.lease("w", NOON + PAUSE)
    assert (again.student, again.trouble) == ("ana", "no jail")


def test_a_poisonous_job_is_leased_once_more_to_be_given_up(queue, hand_in):
    hand_in("ana")
    now = NOON
    for _ in range(TRIES):
        assert queue.lease("w", now).tries <= TRIES
        now += LEASE + SECOND
    job = queue.lease("w", now)
    assert job.tries == TRIES + 1
    queue.finish(job, "w", now, internal="killed three workers")
    assert [(one.student, one.trouble) for one in queue.given_up()] == [("ana", "killed three workers")]


def test_a_run_that_was_recorded_before_its_worker_died_is_known(queue, hand_in, book):
    hand_in("ana")
    job = queue.lease("w", NOON)
    assert job.run is None
    record(book, job)
    assert queue.lease("other", NOON + LEASE + SECOND).run is not None


def test_an_earlier_run_is_not_a_regrades(queue, hand_in, book):
    job = hand_in("ana")
    record(book, job)
    queue.finish(queue.lease("w", NOON), "w", NOON)
    assert queue.put(job.attempt, NOON, priority=REGRADED).run is None


def test_a_service_that_starts_takes_up_what_was_running(queue, hand_in):
    hand_in("ana")
    queue.lease("gone", NOON)
    assert queue.resume(NOON) == 1
    assert queue.lease("w", NOON).tries == 1


def test_what_a_dead_worker_had_is_given_to_another_at_once(queue, hand_in):
    hand_in("ana")
    hand_in("beto")
    queue.lease("dead", NOON)
    queue.lease("alive", NOON)
    assert queue.abandon("dead", NOON) == 1
    job = queue.lease("w", NOON)
    assert (job.student, job.tries, job.trouble) == ("ana", 2, "worker dead died")


def test_an_attempt_received_a_moment_before_the_end_is_found(queue, hand_in, book):
    hand_in("ana")
    lost = book.receive("beto", "lab2", b"beto", NOON)
    assert [(one.attempt, one.student, one.number) for one in queue.orphans()] == [(lost.id, "beto", 1)]


def test_what_nbgrader_is_to_be_told_is_told_in_order(queue, hand_in):
    for student in ("ana", "beto"):
        hand_in(student)
        queue.finish(queue.lease("w", NOON), "w", NOON)
    first = queue.to_mirror()
    queue.mirrored(first)
    assert (first.student, queue.to_mirror().student) == ("ana", "beto")


def test_many_workers_at_once_never_share_a_job(queue: Queue, hand_in):
    for number in range(20):
        hand_in(f"s{number}")
    taken: list[int] = []

    def work(name: str) -> None:
        while job := queue.lease(name, NOON):
            taken.append(job.id)
            queue.finish(job, name, NOON)

    threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 20


def test_what_was_graded_without_the_queue_is_told_to_nbgrader_too_and_not_graded_again(queue, book):
    attempt = book.receive("ana", "lab2", b"a notebook", NOON)
    queue.recorded(attempt.id, NOON)
    assert queue.lease("w", NOON) is None
    told = queue.to_mirror()
    assert told.attempt == attempt.id
    queue.mirrored(told)
    assert queue.to_mirror() is None
