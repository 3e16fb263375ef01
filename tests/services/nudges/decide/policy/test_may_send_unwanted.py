"""What is unwanted or unfair is not sent: pauses, cooldowns, objections, and shortfalls nobody can be blamed for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.nudges.decide.policy.may_send import (
    HINTED_DAYS,
    NOT_ANNOUNCED,
    PRAISED_DAYS,
    RULE_PAUSED,
    Defer,
    PolicyFacts,
    Send,
    Shortfall,
    Suppress,
    Verdict,
    is_cooling_down,
    may_send,
)
from services.nudges.domain.candidate import Candidate
from services.nudges.domain.feedback.answers import Answer, Objection
from services.nudges.domain.recent_nudges import RecentNudge
from services.nudges.domain.working_time import working_time_of_rep
from shared.events import NudgeKind
from tests.services.nudges.builders.days import MONDAY, TUESDAY, at
from tests.services.nudges.builders.reports import report
from tests.services.nudges.decide.policy.facts import (
    CELEBRATION,
    COACHING,
    FACTS,
    NOON,
    UNDER_SILENCE,
    candidate_of,
    recent_nudge,
)


def test_a_rule_that_is_paused_sends_nothing() -> None:
    assert may_send(CELEBRATION, replace(FACTS, is_paused=True), now=NOON) == Suppress(because=RULE_PAUSED)


@pytest.mark.parametrize(
    ("days_ago", "rule", "is_suppressed"), [(6, "a_rule", True), (7, "a_rule", False), (6, "another", False)]
)
def test_a_rule_cools_down_after_a_nudge(days_ago: int, rule: str, *, is_suppressed: bool) -> None:
    candidate = candidate_of(NudgeKind.COACHING, cooldown_days=7)
    facts = replace(FACTS, recent=(recent_nudge(days_ago=days_ago, rule=rule),))

    verdict = may_send(candidate, facts, now=NOON)

    cooling_down = Suppress(because="a nudge of this rule was already due within the last 7 days")
    assert verdict == (cooling_down if is_suppressed else Send())
    assert is_cooling_down(candidate, facts.recent, MONDAY) is is_suppressed


def test_a_rule_without_a_cooldown_is_allowed_twice_a_day() -> None:
    assert not is_cooling_down(COACHING, (recent_nudge(rule="a_rule"),), MONDAY)


@pytest.mark.parametrize(
    ("answer", "days_ago", "rule", "because"),
    [
        (Answer.NOT_USEFUL, 29, "a_rule", "marked “not useful” on Sunday 1 February"),
        (Answer.NOT_USEFUL, 30, "a_rule", None),
        (Answer.WRONG, 13, "a_rule", "marked “wrong” on Tuesday 17 February"),
        (Answer.WRONG, 14, "a_rule", None),
        (Answer.WRONG, 0, "another", None),
    ],
)
def test_an_objection_keeps_its_rule_silent_for_a_while(answer: Answer, days_ago: int, rule: str, because: str | None) -> None:
    objection = Objection(rule=rule, answer=answer, day=MONDAY - timedelta(days=days_ago))

    verdict = may_send(COACHING, replace(FACTS, objections=(objection,)), now=NOON)

    assert verdict == (Suppress(because=because) if because is not None else Send())


@pytest.mark.parametrize(
    ("delivered_at", "counts_against_them"),
    [
        (None, False),
        (at(MONDAY, "00:00"), False),
        (at(MONDAY, "09:00"), False),
        (at(TUESDAY, "09:00"), False),
        (at(MONDAY - timedelta(days=1), "23:59"), True),
        (at(MONDAY - timedelta(days=3), "10:00"), True),
    ],
    ids=["never", "as the day began", "on the day itself", "after the day, as it was revised", "the day before", "long before"],
)
def test_a_shortfall_counts_only_if_the_playbook_was_announced_before_the_day(
    delivered_at: datetime | None, *, counts_against_them: bool
) -> None:
    facts = replace(FACTS, shortfall=Shortfall(day=MONDAY, delivered_at=delivered_at))

    verdict = may_send(COACHING, facts, now=at(MONDAY, "13:00"))

    assert verdict == (Send() if counts_against_them else Suppress(because=NOT_ANNOUNCED))


@pytest.mark.parametrize(
    ("candidate", "shortfall", "local", "verdict"),
    [
        (COACHING, UNDER_SILENCE, "13:00", Defer(until=at(MONDAY, "13:15"), because="no data is arriving from North")),
        (COACHING, UNDER_SILENCE, "17:00", Suppress(because="after working hours")),
        (CELEBRATION, None, "13:00", Send()),
    ],
    ids=["a shortfall is deferred", "not beyond the working day", "what counts against nobody is sent"],
)
def test_while_a_feed_is_silent_nothing_counts_against_anybody(
    candidate: Candidate, shortfall: Shortfall | None, local: str, verdict: Verdict
) -> None:
    facts = replace(FACTS, shortfall=shortfall)

    assert may_send(candidate, facts, now=at(MONDAY, local)) == verdict


@pytest.mark.parametrize(("timezone", "is_sent"), [("Pacific/Auckland", False), ("Europe/London", True)])
def test_the_day_before_is_that_of_the_persons_own_calendar(timezone: str, *, is_sent: bool) -> None:
    """In Auckland it is Monday for thirteen hours before it is in London."""
    delivered_at = datetime(2026, 3, 1, 11, 30, tzinfo=UTC)
    today = report(state="open", work_starts_at=delivered_at, work_ends_at=datetime(2026, 3, 3, tzinfo=UTC))
    shortfall = Shortfall(day=MONDAY, delivered_at=delivered_at)
    facts = PolicyFacts(timezone=timezone, today=working_time_of_rep(today), shortfall=shortfall)

    verdict = may_send(COACHING, facts, now=datetime(2026, 3, 2, 1, tzinfo=UTC))

    assert verdict == (Send() if is_sent else Suppress(because=NOT_ANNOUNCED))


@pytest.mark.parametrize(
    ("received", "is_suppressed"),
    [
        (recent_nudge(NudgeKind.CELEBRATION, days_ago=1), True),
        (recent_nudge(NudgeKind.CELEBRATION, days_ago=2, about_days_ago=5), True),
        (recent_nudge(NudgeKind.CELEBRATION, days_ago=2, about_days_ago=6), False),
        (recent_nudge(NudgeKind.COACHING, days_ago=1), False),
    ],
    ids=["yesterday was praised", "the first day was", "the day before the first was", "there was no praise"],
)
def test_a_hint_that_contradicts_praise_is_not_sent_about_days_that_were_praised(
    received: RecentNudge, *, is_suppressed: bool
) -> None:
    hint = replace(COACHING, contradicts_praise=True, since=MONDAY - timedelta(days=5))
    facts = replace(FACTS, recent=(received,))

    assert may_send(hint, facts, now=NOON) == (Suppress(because=PRAISED_DAYS) if is_suppressed else Send())
    assert may_send(replace(hint, contradicts_praise=False), facts, now=NOON) == Send()


@pytest.mark.parametrize(
    ("hint_days_ago", "about_days_ago", "is_suppressed"),
    [(1, 2, True), (1, 1, False), (2, 3, True), (3, 4, False)],
    ids=["before the hint", "on the day of the hint", "two days after the hint", "three days after it"],
)
def test_praise_for_days_of_such_a_hint_does_not_follow_within_two_days(
    hint_days_ago: int, about_days_ago: int, *, is_suppressed: bool
) -> None:
    hint = recent_nudge(days_ago=hint_days_ago, about_days_ago=hint_days_ago, contradicts_praise=True)
    facts = replace(FACTS, about_day=MONDAY - timedelta(days=about_days_ago), recent=(hint,))

    assert may_send(CELEBRATION, facts, now=NOON) == (Suppress(because=HINTED_DAYS) if is_suppressed else Send())
    assert may_send(COACHING, facts, now=NOON) == Send()
