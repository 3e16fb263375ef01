"""Whether a candidate may be sent now."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.nudges.decide.policy.holdout import Assignment
from services.nudges.decide.policy.may_send import (
    DAY_UNKNOWN,
    Defer,
    PolicyFacts,
    Send,
    Suppress,
    Verdict,
    Withhold,
    may_send,
)
from services.nudges.domain.candidate import Candidate
from services.nudges.domain.recent_nudges import RecentNudge
from shared.events import DayReport, NudgeKind, Presence
from tests.services.nudges.builders.days import MONDAY, TUESDAY, at
from tests.services.nudges.builders.reports import report
from tests.services.nudges.decide.policy.facts import (
    CELEBRATION,
    COACHING,
    FACTS,
    NOON,
    UNDER_SILENCE,
    candidate_of,
    policy_facts,
    recent_nudge,
)

NINE_ON_TUESDAY = at(TUESDAY, "09:00")
LEFT_IN = Assignment(number=0.1, holdout=0.1)
WITHHELD = Assignment(number=0.09, holdout=0.1)
CAP = "another message was already due that day"
PRAISED = "other praise was already due that day"
ANNOUNCEMENT, CORRECTION = candidate_of(NudgeKind.ANNOUNCEMENT), candidate_of(NudgeKind.CORRECTION)
THANKS = candidate_of(NudgeKind.THANKS)
EVERYDAY = candidate_of(NudgeKind.CELEBRATION, is_everyday=True)
DIGEST, RECOGNITION = candidate_of(NudgeKind.DIGEST), candidate_of(NudgeKind.RECOGNITION)
UNKNOWN_DAY = PolicyFacts(timezone="Europe/Madrid", today=None)


@pytest.mark.parametrize("local", ["09:00", "12:00", "16:59"])
def test_within_working_hours_it_may_be_sent(local: str) -> None:
    assert may_send(COACHING, FACTS, now=at(MONDAY, local)) == Send(propensity=1.0)


@pytest.mark.parametrize(
    ("local", "until", "because"),
    [("08:59", at(MONDAY, "09:00"), "before working hours"), ("17:00", NINE_ON_TUESDAY, "after working hours")],
)
def test_outside_of_them_a_celebration_is_deferred_and_coaching_is_suppressed(
    local: str, until: datetime, because: str
) -> None:
    now = at(MONDAY, local)

    assert may_send(CELEBRATION, FACTS, now=now) == Defer(until=until, because=because)
    assert may_send(COACHING, FACTS, now=now) == Suppress(because=because)


@pytest.mark.parametrize(
    ("presence", "because"),
    [
        (Presence.ABSENT, "on leave"),
        (Presence.HOLIDAY, "a public holiday"),
        (Presence.DAY_OFF, "not a working day"),
        (Presence.NOT_EMPLOYED, "not with the team"),
    ],
)
def test_on_leave_on_a_holiday_and_on_a_day_off_nothing_is_sent(presence: Presence, because: str) -> None:
    facts = policy_facts(report(state="open", presence=presence, score=None))

    assert may_send(CELEBRATION, facts, now=NOON) == Defer(until=NINE_ON_TUESDAY, because=because)
    assert may_send(COACHING, facts, now=NOON) == Suppress(because=because)


@pytest.mark.parametrize(
    "today",
    [report(state="open", work_starts_at=None), report(state="open", work_ends_at=None)],
    ids=["no start of work", "no end of work"],
)
def test_without_working_hours_nothing_is_sent(today: DayReport) -> None:
    assert may_send(COACHING, policy_facts(today), now=NOON) == Suppress(because="no working hours that day")


def test_a_celebration_with_no_work_in_sight_is_suppressed() -> None:
    facts = policy_facts(report(state="open", presence=Presence.ABSENT, score=None, next_work_starts_at=None))

    assert may_send(CELEBRATION, facts, now=NOON) == Suppress(because="on leave")


@pytest.mark.parametrize(
    ("received", "candidate", "verdict"),
    [
        (recent_nudge(NudgeKind.ANNOUNCEMENT), CELEBRATION, Send()),
        (recent_nudge(NudgeKind.CORRECTION), CELEBRATION, Send()),
        (recent_nudge(NudgeKind.THANKS), CELEBRATION, Send()),
        (recent_nudge(is_bundled=True), CELEBRATION, Send()),
        (recent_nudge(is_opt_in=True), CELEBRATION, Send()),
        (recent_nudge(days_ago=1), CELEBRATION, Send()),
        (recent_nudge(), CELEBRATION, Defer(until=NINE_ON_TUESDAY, because=CAP)),
        (recent_nudge(NudgeKind.CELEBRATION), EVERYDAY, Suppress(because=PRAISED)),
        (recent_nudge(NudgeKind.CELEBRATION, about_days_ago=0), EVERYDAY, Suppress(because=PRAISED)),
        (recent_nudge(NudgeKind.CELEBRATION, about_days_ago=1), EVERYDAY, Defer(until=NINE_ON_TUESDAY, because=CAP)),
        (recent_nudge(NudgeKind.COACHING), EVERYDAY, Defer(until=NINE_ON_TUESDAY, because=CAP)),
        (recent_nudge(NudgeKind.CELEBRATION), CELEBRATION, Defer(until=NINE_ON_TUESDAY, because=CAP)),
        (recent_nudge(NudgeKind.CELEBRATION), COACHING, Suppress(because=CAP)),
        (recent_nudge(), ANNOUNCEMENT, Send()),
        (recent_nudge(), CORRECTION, Send()),
        (recent_nudge(), THANKS, Send()),
    ],
    ids=[
        "announcements do not use it up",
        "nor do corrections",
        "nor does what a manager says",
        "what was part of a message counts with that message",
        "what somebody opted in to does not count",
        "yesterday is over",
        "one message a day is enough",
        "everyday praise after praise",
        "everyday praise after praise for the same day",
        "everyday praise after praise for yesterday that came this morning",
        "everyday praise after coaching",
        "special praise is deferred",
        "coaching is not",
        "an announcement is not capped",
        "nor is a correction",
        "nor is what a manager says",
    ],
)
def test_the_daily_cap(received: RecentNudge, candidate: Candidate, verdict: Verdict) -> None:
    assert may_send(candidate, replace(FACTS, recent=(received,)), now=NOON) == verdict


@pytest.mark.parametrize(
    ("assignment", "verdict"),
    [(None, Send()), (WITHHELD, Withhold(propensity=0.9)), (LEFT_IN, Send(propensity=0.9))],
    ids=["not in the experiment", "withheld", "left in"],
)
def test_what_may_be_sent_can_be_withheld_by_the_holdout(assignment: Assignment | None, verdict: Verdict) -> None:
    assert may_send(COACHING, replace(FACTS, assignment=assignment), now=NOON) == verdict


@pytest.mark.parametrize("assignment", [WITHHELD, LEFT_IN], ids=["withheld", "left in"])
@pytest.mark.parametrize(
    ("candidate", "facts", "now"),
    [
        (CELEBRATION, FACTS, at(MONDAY, "18:00")),
        (COACHING, replace(FACTS, recent=(recent_nudge(NudgeKind.CELEBRATION),)), NOON),
        (COACHING, replace(FACTS, is_paused=True), NOON),
        (COACHING, replace(FACTS, shortfall=UNDER_SILENCE), NOON),
    ],
    ids=["after hours", "capped", "paused", "while a feed is silent"],
)
def test_the_holdout_changes_nothing_about_what_may_not_be_sent(
    candidate: Candidate, facts: PolicyFacts, now: datetime, assignment: Assignment
) -> None:
    assert may_send(candidate, replace(facts, assignment=assignment), now=now) == may_send(candidate, facts, now=now)


@pytest.mark.parametrize("candidate", [ANNOUNCEMENT, CORRECTION], ids=["announcement", "correction"])
@pytest.mark.parametrize(
    ("facts", "local", "verdict"),
    [
        (FACTS, "12:00", Send()),
        (FACTS, "07:00", Defer(until=at(MONDAY, "09:00"), because="before working hours")),
        (FACTS, "17:00", Defer(until=NINE_ON_TUESDAY, because="after working hours")),
        (
            policy_facts(report(state="open", presence=Presence.ABSENT, score=None)),
            "12:00",
            Defer(until=NINE_ON_TUESDAY, because="on leave"),
        ),
        (
            policy_facts(report(state="open", presence=Presence.ABSENT, score=None, next_work_starts_at=None)),
            "12:00",
            Defer(until=at(TUESDAY, "12:00"), because="on leave"),
        ),
        (UNKNOWN_DAY, "12:00", Defer(until=at(MONDAY, "12:05"), because=DAY_UNKNOWN)),
    ],
    ids=["in working hours", "before them", "after them", "on leave", "on leave with no end in sight", "not known yet"],
)
def test_an_announcement_waits_for_working_hours_and_never_for_the_cap(
    facts: PolicyFacts, local: str, verdict: Verdict, candidate: Candidate
) -> None:
    assert may_send(candidate, replace(facts, recent=(recent_nudge(),)), now=at(MONDAY, local)) == verdict


@pytest.mark.parametrize(
    ("candidate", "is_deferred"),
    [(CELEBRATION, True), (ANNOUNCEMENT, True), (COACHING, False), (DIGEST, False), (RECOGNITION, False)],
    ids=["celebration", "announcement", "coaching", "digest", "recognition"],
)
@pytest.mark.parametrize("facts", [UNKNOWN_DAY, FACTS], ids=["no day is known", "only yesterday is"])
def test_before_a_persons_day_is_opened_it_is_not_known_whether_they_work(
    facts: PolicyFacts, candidate: Candidate, *, is_deferred: bool
) -> None:
    now = NINE_ON_TUESDAY + timedelta(hours=1)

    verdict = may_send(candidate, facts, now=now)

    retry_at = now + timedelta(minutes=5)
    assert verdict == (Defer(until=retry_at, because=DAY_UNKNOWN) if is_deferred else Suppress(because=DAY_UNKNOWN))


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),
    st.sampled_from(list(NudgeKind)),
    st.sampled_from(list(Presence)),
    st.integers(0, 2),
)
def test_nothing_is_ever_sent_outside_working_time(naive: datetime, kind: NudgeKind, presence: Presence, count: int) -> None:
    now = naive.replace(tzinfo=UTC)
    today = report(MONDAY + timedelta(days=(now.date() - MONDAY).days), state="open", presence=presence)
    received = RecentNudge(rule="another", kind=NudgeKind.COACHING, day=today.day, at=now, wording=0)

    verdict = may_send(candidate_of(kind), replace(policy_facts(today), recent=(received,) * count), now=now)

    if isinstance(verdict, Send):
        assert today.work_starts_at is not None
        assert today.work_ends_at is not None
        assert today.work_starts_at <= now < today.work_ends_at
        assert count == 0 or kind in (NudgeKind.ANNOUNCEMENT, NudgeKind.CORRECTION, NudgeKind.THANKS)
    if isinstance(verdict, Defer):
        assert verdict.until > now
