"""Work that a server refuses, or that hangs, is a problem after a moment."""

import asyncio

import asyncpg
import nats.errors
import pytest

from shared.jetstream.progress import HANGING_S, Progress
from shared.jetstream.publisher import NotStored


class _Time:
    def __init__(self) -> None:
        self.now_s = 100.0

    def read(self) -> float:
        return self.now_s


@pytest.fixture
def time() -> _Time:
    return _Time()


@pytest.fixture
def progress(time: _Time) -> Progress:
    return Progress("recording activities", server="Postgres", time_s=time.read)


def _fail(progress: Progress) -> None:
    with pytest.raises(asyncpg.DiskFullError), progress.attempt():
        raise asyncpg.DiskFullError("no space left on device")


def test_work_that_was_never_attempted_or_succeeds_is_no_problem(progress: Progress, time: _Time) -> None:
    assert progress.problem() is None
    with progress.attempt():
        time.now_s += 1
    assert progress.problem() is None


def test_work_that_has_failed_for_a_while_says_with_what_and_where_to_look(progress: Progress, time: _Time) -> None:
    _fail(progress)
    time.now_s += 2
    _fail(progress)
    assert progress.problem() is None

    time.now_s += 10
    _fail(progress)

    assert progress.problem() == (
        "recording activities has failed for 12 s, the last time with DiskFullError; look at the log and the disk of Postgres"
    )


def test_work_that_waits_for_a_lock_until_it_is_refused_says_so(progress: Progress, time: _Time) -> None:
    for _ in range(2):
        progress.fail(asyncpg.LockNotAvailableError())
        time.now_s += 31

    progress.fail(asyncpg.LockNotAvailableError())

    problem = progress.problem() or ""
    assert problem.endswith("with LockNotAvailableError; look which transaction of Postgres holds a lock for so long")


def test_work_that_needs_two_servers_names_the_one_that_refused_it(time: _Time) -> None:
    relaying = Progress("the job outbox", server="Postgres", time_s=time.read)
    for error in (NotStored("day.changed.v1"), nats.errors.NoServersError(), TimeoutError()):
        relaying.fail(error)
        time.now_s += 2
        relaying.fail(error)
        time.now_s += 2

        problem = relaying.problem() or ""

        assert problem.endswith("the disk of Postgres" if isinstance(error, TimeoutError) else "the disk of NATS")


def test_one_success_ends_it(progress: Progress, time: _Time) -> None:
    _fail(progress)
    time.now_s += 10
    with progress.attempt():
        pass
    assert progress.problem() is None

    _fail(progress)
    time.now_s += 2
    assert progress.problem() is None


def test_a_failure_long_ago_no_longer_counts_if_nothing_was_attempted_since(progress: Progress, time: _Time) -> None:
    """A service that nobody sends anything because it is not ready would stay so for ever."""
    _fail(progress)
    time.now_s += 29
    assert progress.problem() is not None
    time.now_s += 2
    assert progress.problem() is None


def test_an_attempt_that_hangs_is_a_problem_even_while_others_succeed(progress: Progress, time: _Time) -> None:
    with progress.attempt():
        time.now_s += HANGING_S
        with progress.attempt():
            pass
        assert progress.problem() == (
            "recording activities has taken 15 s so far; look whether Postgres hangs, is out of disk or holds a lock"
        )
    assert progress.problem() is None


def test_a_mistake_in_the_code_and_a_cancellation_are_no_failures_of_a_server(progress: Progress, time: _Time) -> None:
    for error in (KeyError("typo"), asyncio.CancelledError()):
        with pytest.raises(type(error)), progress.attempt():
            raise error
    time.now_s += 20
    assert progress.problem() is None
