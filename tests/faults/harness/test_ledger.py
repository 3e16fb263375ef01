"""The checker sees what is lost, invented and doubled."""

from tests.faults.harness.ledger import Ledger, judge

_LEDGER = Ledger(attempted_s={"a": 1.0, "b": 2.0, "c": 3.0}, acknowledged_s={"a": 1.5, "b": 2.5})


def test_everything_acknowledged_and_nothing_else_is_clean() -> None:
    verdict = judge(_LEDGER, {"a", "b"}, counted=2)

    assert verdict.is_clean
    assert (verdict.attempted, verdict.acknowledged, verdict.recorded) == (3, 2, 2)


def test_what_was_recorded_without_an_acknowledgement_is_no_invention() -> None:
    assert judge(_LEDGER, {"a", "b", "c"}, counted=3).is_clean


def test_what_was_acknowledged_and_not_recorded_is_lost() -> None:
    verdict = judge(_LEDGER, {"a"}, counted=1)

    assert verdict.lost == {"b"}
    assert not verdict.is_clean


def test_what_was_recorded_and_never_attempted_is_invented() -> None:
    verdict = judge(_LEDGER, {"a", "b", "x"}, counted=3)

    assert verdict.invented == {"x"}
    assert not verdict.is_clean


def test_what_the_days_count_beyond_what_was_recorded_is_doubled() -> None:
    verdict = judge(_LEDGER, {"a", "b"}, counted=3)

    assert verdict.doubled == 1
    assert not verdict.is_clean
