"""What is stored and counted of a decision."""

from services.nudges.domain.decision import RETRACTED, Decision, NudgeStatus, Outcome


def test_a_nudge_that_is_deferred_has_neither_a_day_nor_a_propensity_yet() -> None:
    decision = Decision(status=NudgeStatus.DEFERRED, because="on leave", send_at=None, sent_day=None)

    assert (decision.status, decision.sent_day, decision.propensity) == ("deferred", None, None)


def test_what_became_of_a_candidate_is_a_status_or_that_it_no_longer_holds() -> None:
    outcomes = [Outcome(rule="drop", status=status) for status in (*NudgeStatus, RETRACTED)]

    assert [outcome.status for outcome in outcomes] == [
        "sent",
        "bundled",
        "deferred",
        "withheld",
        "suppressed",
        "retracted",
    ]
