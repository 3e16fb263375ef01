"""Whether a nudge still holds when records of its day, or of the days before it, come late."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from services.nudges.context.rule_context import RuleContext
from services.nudges.decide.policy.may_send import DAY_UNKNOWN, Defer
from services.nudges.decide.policy.retraction import (
    SentNudge,
    correction_candidate,
    days_based_on,
    deserves_correction,
    is_based_on,
    next_morning,
    retraction_reason,
    still_holds,
)
from services.nudges.domain.working_time import WorkingTime, working_time_of_rep
from services.nudges.rules.catalogue import REP_RULES
from shared.events import DayReport, NudgeId, NudgeKind, Presence
from tests.services.nudges.builders.baselines import conversions, fallen_to, ten_demos_a_day
from tests.services.nudges.builders.days import MONDAY, TUESDAY, at, working_days
from tests.services.nudges.builders.reports import (
    behaviour,
    calls_and_demos,
    calls_and_proposals,
    report,
    rule_context,
    worked_days,
)

FRIDAY = working_days(1)[0]
NINE_ON_TUESDAY = at(TUESDAY, "09:00")
WAITING = "a correction waits for the next morning"


def _sent(rule: str, *, kind: NudgeKind = NudgeKind.COACHING, sent_at: str = "09:00") -> SentNudge:
    return SentNudge(id=NudgeId("n1"), rule=rule, kind=kind, day=MONDAY, at=at(MONDAY, sent_at), is_retracted=False)


def _drop_to(total: int) -> RuleContext:
    """On the evening of a good Monday, in the morning of which a drop was pointed out."""
    baseline = fallen_to(total, alerted_on=MONDAY)
    return rule_context(report(score=120, count=12), baseline=baseline, now=at(MONDAY, "19:00"))


def _demos(*counts: int, calls: int = 8) -> RuleContext:
    before = [calls_and_demos(calls, count, day) for day, count in zip(working_days(5), counts, strict=True)]
    return rule_context(calls_and_demos(12, 12, score=130), *before, baseline=ten_demos_a_day())


def _share_of(proposals: int) -> RuleContext:
    baseline = conversions((40, 400, 40), (20, 200, proposals))
    return rule_context(calls_and_proposals(0, 0, score=0), baseline=baseline)


@pytest.mark.parametrize(
    ("rule", "context", "holds", "is_corrected"),
    [
        ("drop", _drop_to(118), True, False),
        ("drop", _drop_to(130), False, False),
        ("drop", _drop_to(170), False, True),
        ("one_thing", _demos(4, 4, 4, 4, 4), True, False),
        ("one_thing", _demos(6, 6, 6, 6, 6), False, False),
        ("one_thing", _demos(8, 8, 8, 8, 8), False, True),
        ("one_thing", _demos(4, 4, 4, 4, 4, calls=5), False, False),
        ("ratio", _share_of(7), True, False),
        ("ratio", _share_of(9), False, False),
        ("ratio", _share_of(16), False, True),
    ],
    ids=[
        "as low as when it was sent, whatever the day itself became",
        "a little less low: no drop, but no ordinary week",
        "nearly as usual",
        "as short as when it was sent, whatever the day itself became",
        "60%: no longer below half, but still the one that is short",
        "80%: on track like the rest",
        "the rest was not on track either, and the one thing is as short as it was",
        "as low a share as when it was sent",
        "no longer certain, but still a quarter below",
        "four fifths of what it was",
    ],
)
def test_a_morning_hint_is_corrected_when_it_was_wrong_not_when_it_is_less_certain(
    rule: str, context: RuleContext, *, holds: bool, is_corrected: bool
) -> None:
    sent = _sent(rule)

    assert still_holds(sent, context) is holds
    assert (not holds and deserves_correction(sent, context)) is is_corrected


@pytest.mark.parametrize(
    ("first", "holds"), [("12:59", False), ("13:00", False), ("13:01", True)], ids=["before", "just then", "after"]
)
def test_what_happened_after_a_midday_hint_does_not_make_it_wrong(first: str, *, holds: bool) -> None:
    sent = _sent("quiet_afternoon", sent_at="13:00")
    context = rule_context(report(score=40, count=4, first=first), *worked_days(*[60] * 40))

    assert still_holds(sent, context) is holds
    assert deserves_correction(sent, context)


def test_a_midday_hint_is_judged_by_a_day_without_counts_points_or_a_score(monkeypatch: pytest.MonkeyPatch) -> None:
    contexts: list[RuleContext] = []
    rule = replace(REP_RULES["quiet_afternoon"], propose=contexts.append)
    monkeypatch.setattr("services.nudges.decide.policy.retraction.REP_RULES", {rule.name: rule})

    still_holds(_sent(rule.name, sent_at="13:00"), rule_context(report(score=40, count=4, first="13:01")))

    (context,) = contexts
    assert context.report.score == 0
    assert [(behaviour.count, behaviour.points) for behaviour in context.report.behaviours] == [(0, Decimal(0))]


def test_a_midday_hint_holds_while_it_is_not_known_when_the_first_activity_began() -> None:
    sent = _sent("quiet_afternoon", sent_at="13:00")

    assert still_holds(sent, rule_context(report(score=40, count=4, first=None), *worked_days(*[60] * 40)))


def test_history_that_is_imported_is_judged_like_any_day() -> None:
    sent = _sent("plan_done", kind=NudgeKind.CELEBRATION)

    assert still_holds(sent, rule_context(report(score=100, silent=True)))
    assert not still_holds(sent, rule_context(report(score=90, silent=True)))


def test_praise_is_never_corrected() -> None:
    assert not deserves_correction(_sent("plan_done", kind=NudgeKind.CELEBRATION), rule_context(report(score=90)))


@pytest.mark.parametrize(
    ("rule", "day", "is_based"),
    [
        ("drop", FRIDAY, True),
        ("drop", MONDAY, False),
        ("one_thing", MONDAY, False),
        ("quiet_afternoon", MONDAY, True),
        ("plan_done", MONDAY, True),
    ],
)
def test_only_a_morning_hint_is_not_based_on_its_own_day(rule: str, day: date, *, is_based: bool) -> None:
    assert is_based_on(_sent(rule), day) is is_based


def test_nudges_of_fourteen_days_after_a_day_are_based_on_it() -> None:
    assert days_based_on(MONDAY) == (MONDAY, MONDAY + timedelta(days=14))


def test_the_reason_names_what_it_is_based_on() -> None:
    today = report(count=12)

    assert retraction_reason(_sent("drop"), today) == (
        "With what is recorded now for the days before, this would not have been sent."
    )
    assert retraction_reason(_sent("quiet_afternoon", sent_at="13:00"), today) == (
        "With 12 calls (10 planned) recorded now, this would not have been sent."
    )


@pytest.mark.parametrize(
    ("rule", "day", "quotes_the_day"),
    [
        ("comeback", report(score=90, count=9), True),
        ("comeback", report(score=100, count=10), False),
        ("streak", report(score=90, count=9), True),
        ("streak", report(score=100, count=10), False),
        ("plan_done", report(score=90, count=9), True),
        ("small_win", report(score=90, count=9), False),
        ("quiet_afternoon", report(count=9, first="12:59"), True),
        ("quiet_afternoon", report(count=9, first="13:00"), True),
        ("quiet_afternoon", report(count=9, first="13:01"), False),
        ("quiet_afternoon", report(count=0), False),
    ],
)
def test_the_reason_quotes_the_day_only_if_the_day_itself_is_the_cause(
    rule: str, day: DayReport, *, quotes_the_day: bool
) -> None:
    recorded = "9 of 10 calls" if quotes_the_day else "what is"

    reason = retraction_reason(_sent(rule, sent_at="13:00"), day)

    assert reason == f"With {recorded} recorded now, this would not have been sent."


def test_a_correction_does_not_say_why_the_records_are_different() -> None:
    """They may have come late, but so may leave or a revised playbook."""
    wordings = correction_candidate(_sent("drop"), report(), today=TUESDAY).wordings

    assert not any(claim in wording for wording in wordings for claim in ("late", "already", "incomplete"))
    assert len(set(wordings)) == 4


@pytest.mark.parametrize("rule", ["quiet_afternoon", "plan_done"])
def test_a_day_that_turned_out_to_have_no_plan_has_no_counts_to_quote(rule: str) -> None:
    on_leave = report(score=None, count=0, presence=Presence.ABSENT, behaviours=(behaviour("Calls", 0, 0),))

    assert retraction_reason(_sent(rule), on_leave) == "With what is recorded now, this would not have been sent."


@pytest.mark.parametrize(
    ("days_later", "hint"),
    [
        (0, "today's message (09:00)"),
        (1, "yesterday's message (09:00)"),
        (2, "Monday's message (09:00)"),
        (7, "the message from Monday 2 March (09:00)"),
    ],
)
def test_a_correction_names_the_hint_that_was_wrong(days_later: int, hint: str) -> None:
    candidate = correction_candidate(_sent("drop"), report(), today=MONDAY + timedelta(days=days_later))

    assert all(hint in text for text in (*candidate.wordings, candidate.reason))
    assert (candidate.rule, candidate.kind, candidate.occasion) == ("correction", NudgeKind.CORRECTION, "n1")


@pytest.mark.parametrize(
    ("today", "local", "deferred"),
    [
        (working_time_of_rep(report()), "08:59", Defer(until=at(MONDAY, "09:00"), because=WAITING)),
        (working_time_of_rep(report()), "09:00", Defer(until=NINE_ON_TUESDAY, because=WAITING)),
        (
            working_time_of_rep(report(score=None, presence=Presence.ABSENT)),
            "08:00",
            Defer(until=NINE_ON_TUESDAY, because=WAITING),
        ),
        (
            working_time_of_rep(report(next_work_starts_at=None)),
            "12:00",
            Defer(until=at(TUESDAY, "12:00"), because=WAITING),
        ),
        (None, "12:00", Defer(until=at(MONDAY, "12:05"), because=DAY_UNKNOWN)),
        (working_time_of_rep(report(FRIDAY)), "12:00", Defer(until=at(MONDAY, "12:05"), because=DAY_UNKNOWN)),
    ],
    ids=["before work", "as work begins", "on leave", "no work in sight", "the day is not known", "only Friday is known"],
)
def test_a_correction_waits_for_the_next_start_of_work(today: WorkingTime | None, local: str, deferred: Defer) -> None:
    now: datetime = at(MONDAY, local)

    assert next_morning(today, "Europe/Madrid", now=now) == deferred
