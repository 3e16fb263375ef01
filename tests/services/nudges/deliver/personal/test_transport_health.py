"""Which transports are left alone, for how long, and that the others work on."""

import pytest

from services.nudges.deliver.channel import LEASE_S, Delivered, GiveUp, TryLater
from services.nudges.deliver.personal.transport import TransportOutcome
from services.nudges.deliver.personal.transport_health import TransportHealth
from services.nudges.deliver.retry_policy import RETRY_POLICY

DOWN = TryLater(error="no answer")
ASKS = TryLater(error="429", after_s=60)
OWN = TryLater(error="their mailbox is full", is_of_recipient=True)
REFUSED = GiveUp(error="no such user")
IN_A_ROW = RETRY_POLICY.failures_in_a_row


class Time:
    """A monotonic clock that is moved by hand."""

    def __init__(self) -> None:
        self.now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    time = Time()
    monkeypatch.setattr("services.nudges.deliver.personal.transport_health.monotonic_s", time)
    return time


@pytest.fixture
def health(time: Time) -> TransportHealth:
    return TransportHealth(["mail", "slack"], jitter=lambda: 1.0)


def _fail(health: TransportHealth, transport: str, attempts: int = IN_A_ROW) -> None:
    for _ in range(attempts):
        assert health.admit(transport) is None
        health.note(transport, DOWN)


def test_a_server_that_fails_often_enough_is_left_alone_and_then_tried_with_one_message(
    health: TransportHealth, time: Time
) -> None:
    _fail(health, "mail")

    assert health.admit("mail") == TryLater(
        error="its server has not worked lately", after_s=RETRY_POLICY.base_s, is_of_recipient=True
    )
    assert health.admit("slack") is None

    time.now_s += RETRY_POLICY.base_s
    assert health.admit("mail") is None
    second = health.admit("mail")
    assert second is not None
    assert second.after_s == LEASE_S
    health.note("mail", DOWN)
    assert health.failing_servers()[0].failing_s == RETRY_POLICY.base_s
    third = health.admit("mail")
    assert third is not None
    assert third.after_s == 2 * RETRY_POLICY.base_s


@pytest.mark.parametrize("outcome", [Delivered(), REFUSED, OWN])
def test_an_answer_ends_the_failures(health: TransportHealth, time: Time, outcome: TransportOutcome) -> None:
    _fail(health, "mail")
    time.now_s += RETRY_POLICY.base_s
    (failing,) = health.failing_servers()
    assert (failing.transport, failing.failures, failing.failing_s, failing.last_error) == (
        "mail",
        IN_A_ROW,
        RETRY_POLICY.base_s,
        "no answer",
    )

    assert health.admit("mail") is None
    health.note("mail", outcome)

    assert health.failing_servers() == ()
    _fail(health, "mail", IN_A_ROW - 1)
    assert health.admit("mail") is None


def test_nothing_is_left_alone_while_no_server_works(health: TransportHealth) -> None:
    _fail(health, "mail")
    _fail(health, "slack", 1)

    assert not health.is_any_working
    assert health.admit("mail") is None
    assert health.failing_servers() == ()


def test_a_server_that_asks_to_wait_is_left_alone_for_an_hour_at_most(health: TransportHealth, time: Time) -> None:
    health.note("mail", ASKS)
    assert health.admit("mail") == TryLater(error="its server has asked to wait", after_s=60, is_of_recipient=True)
    time.now_s += 60
    assert health.admit("mail") is None

    health.note("mail", TryLater(error="429", after_s=1e9))
    asked = health.admit("mail")
    assert asked is not None
    assert asked.after_s == RETRY_POLICY.retry_after_max_s
    assert health.is_any_working
