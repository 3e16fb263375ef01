"""Whether a candidate may be sent now."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.nudges.decide.policy.holdout import Assignment
from services.nudges.decide.policy.may_send import (
    DAY_UNKNOWN,
    NOT_ANNOUNCED,
    RULE_PAUSED,
    Defer,
    PolicyFacts,
    Send,
    Shortfall,
    Suppress,
    Verdict,
    Withhold,
    is_cooling_down,
    may_send,
)
from services.nudges.domain.candidate import Candidate
from services.nudges.domain.feedback.answers import Answer, Objection
from services.nudges.domain.recent_nudges import RecentNudge
from services.nudges.domain.working_time import working_time_of_rep
from shared.events import DayReport, NudgeKind, Presence
from tests.services.nudges.days import MONDAY, TUESDAY, at
from tests.services.nudges.reports import report

NOON = at(MONDAY, "12:00")
NINE_ON_TUESDAY = at(TUESDAY, "09:00")
LEFT_IN = Assignment(number=0.1, holdout=0.1)
WITHHELD = Assignment(number=0.09, holdout=0.1)
KNOWN_BEFORE = Shortfall(day=MONDAY, delivered_at=at(MONDAY - timedelta(days=3), "10:00"))
UNDER_SILENCE = replace(KNOWN_BEFORE, silent_feed="North")
CAP = "the daily cap is reached"
PRAISED = "the person received praise today already"


def _candidate(kind: NudgeKind, *, cooldown_days: int = 0, is_everyday: bool = False) -> Candidate:
    return Candidate(
        rule="a_rule",
        kind=kind,
        occasion="2026-03-02",
        wordings=("Well done.",),
        reason="",
        cooldown_days=cooldown_days,
        is_everyday=is_everyday,
    )


CELEBRATION, COACHING = _candidate(NudgeKind.CELEBRATION), _candidate(NudgeKind.COACHING)
ANNOUNCEMENT, CORRECTION = _candidate(NudgeKind.ANNOUNCEMENT), _candidate(NudgeKind.CORRECTION)
EVERYDAY = _candidate(NudgeKind.CELEBRATION, is_everyday=True)
DIGEST, RECOGNITION = _candidate(NudgeKind.DIGEST), _candidate(NudgeKind.RECOGNITION)


def _facts(today: DayReport | None = None) -> PolicyFacts:
    return PolicyFacts(timezone="Europe/Madrid", today=working_time_of_rep(today or report(state="open")))


FACTS = _facts()
UNKNOWN_DAY = PolicyFacts(timezone="Europe/Madrid", today=None)


def _received(
    kind: NudgeKind = NudgeKind.COACHING,
    *,
    days_ago: int = 0,
    rule: str = "another",
    is_bundled: bool = False,
    is_opt_in: bool = False,
) -> RecentNudge:
    day = MONDAY - timedelta(days=days_ago)
    return RecentNudge(
        rule=rule, kind=kind, day=day, at=at(day, "10:00"), wording=0, is_bundled=is_bundled, is_opt_in=is_opt_in
    )


@pytest.mark.parametrize("local", ["09:00", "12:00", "16:59"])
def test_within_working_hours_it_may_be_sent(local: str) -> None:
    assert may_send(COACHING, FACTS, now=at(MONDAY, local)) == Send()


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
        (Presence.ABSENT, "on leave today"),
        (Presence.HOLIDAY, "a public holiday today"),
        (Presence.DAY_OFF, "not a working day today"),
        (Presence.NOT_EMPLOYED, "not with the team today"),
    ],
)
def test_on_leave_on_a_holiday_and_on_a_day_off_nothing_is_sent(presence: Presence, because: str) -> None:
    facts = _facts(report(state="open", presence=presence, score=None))

    assert may_send(CELEBRATION, facts, now=NOON) == Defer(until=NINE_ON_TUESDAY, because=because)
    assert may_send(COACHING, facts, now=NOON) == Suppress(because=because)


@pytest.mark.parametrize(
    "today",
    [report(state="open", work_starts_at=None), report(state="open", work_ends_at=None)],
    ids=["no start of work", "no end of work"],
)
def test_without_working_hours_nothing_is_sent(today: DayReport) -> None:
    assert may_send(COACHING, _facts(today), now=NOON) == Suppress(because="no working hours today")


def test_a_celebration_with_no_work_in_sight_is_suppressed() -> None:
    facts = _facts(report(state="open", presence=Presence.ABSENT, score=None, next_work_starts_at=None))

    assert may_send(CELEBRATION, facts, now=NOON) == Suppress(because="on leave today")


@pytest.mark.parametrize(
    ("received", "candidate", "verdict"),
    [
        (_received(NudgeKind.ANNOUNCEMENT), CELEBRATION, Send()),
        (_received(NudgeKind.CORRECTION), CELEBRATION, Send()),
        (_received(is_bundled=True), CELEBRATION, Send()),
        (_received(is_opt_in=True), CELEBRATION, Send()),
        (_received(days_ago=1), CELEBRATION, Send()),
        (_received(), CELEBRATION, Defer(until=NINE_ON_TUESDAY, because=CAP)),
        (_received(NudgeKind.CELEBRATION), EVERYDAY, Suppress(because=PRAISED)),
        (_received(NudgeKind.COACHING), EVERYDAY, Defer(until=NINE_ON_TUESDAY, because=CAP)),
        (_received(NudgeKind.CELEBRATION), CELEBRATION, Defer(until=NINE_ON_TUESDAY, because=CAP)),
        (_received(NudgeKind.CELEBRATION), COACHING, Suppress(because=CAP)),
        (_received(), ANNOUNCEMENT, Send()),
        (_received(), CORRECTION, Send()),
    ],
    ids=[
        "announcements do not use it up",
        "nor do corrections",
        "what was part of a message counts with that message",
        "what somebody opted in to does not count",
        "yesterday is over",
        "one message a day is enough",
        "everyday praise after praise",
        "everyday praise after coaching",
        "special praise is deferred",
        "coaching is not",
        "an announcement is not capped",
        "nor is a correction",
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
        (COACHING, replace(FACTS, recent=(_received(NudgeKind.CELEBRATION),)), NOON),
        (COACHING, replace(FACTS, is_paused=True), NOON),
        (COACHING, replace(FACTS, shortfall=UNDER_SILENCE), NOON),
    ],
    ids=["after hours", "capped", "paused", "while a feed is silent"],
)
def test_the_holdout_changes_nothing_about_what_may_not_be_sent(
    candidate: Candidate, facts: PolicyFacts, now: datetime, assignment: Assignment
) -> None:
    assert may_send(candidate, replace(facts, assignment=assignment), now=now) == may_send(candidate, facts, now=now)


def test_a_rule_that_is_paused_sends_nothing() -> None:
    assert may_send(CELEBRATION, replace(FACTS, is_paused=True), now=NOON) == Suppress(because=RULE_PAUSED)


@pytest.mark.parametrize(
    ("days_ago", "rule", "is_suppressed"), [(6, "a_rule", True), (7, "a_rule", False), (6, "another", False)]
)
def test_a_rule_cools_down_after_it_spoke(days_ago: int, rule: str, *, is_suppressed: bool) -> None:
    candidate = _candidate(NudgeKind.COACHING, cooldown_days=7)
    facts = replace(FACTS, recent=(_received(days_ago=days_ago, rule=rule),))

    verdict = may_send(candidate, facts, now=NOON)

    assert verdict == (Suppress(because="the rule spoke within the last 7 days") if is_suppressed else Send())
    assert is_cooling_down(candidate, facts.recent, MONDAY) is is_suppressed


def test_a_rule_without_a_cooldown_may_speak_twice_a_day() -> None:
    assert not is_cooling_down(COACHING, (_received(rule="a_rule"),), MONDAY)


@pytest.mark.parametrize(
    ("answer", "days_ago", "rule", "because"),
    [
        (Answer.NOT_USEFUL, 29, "a_rule", "called not useful on 2026-02-01"),
        (Answer.NOT_USEFUL, 30, "a_rule", None),
        (Answer.WRONG, 13, "a_rule", "called wrong on 2026-02-17"),
        (Answer.WRONG, 14, "a_rule", None),
        (Answer.WRONG, 0, "another", None),
    ],
)
def test_an_objection_keeps_its_rule_silent_for_a_while(answer: Answer, days_ago: int, rule: str, because: str | None) -> None:
    objection = Objection(rule=rule, answer=answer, day=MONDAY - timedelta(days=days_ago))

    verdict = may_send(COACHING, replace(FACTS, objections=(objection,)), now=NOON)

    assert verdict == (Suppress(because=because) if because is not None else Send())


@pytest.mark.parametrize(
    ("delivered_at", "is_held_against_them"),
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
    delivered_at: datetime | None, *, is_held_against_them: bool
) -> None:
    facts = replace(FACTS, shortfall=Shortfall(day=MONDAY, delivered_at=delivered_at))

    verdict = may_send(COACHING, facts, now=at(MONDAY, "13:00"))

    assert verdict == (Send() if is_held_against_them else Suppress(because=NOT_ANNOUNCED))


@pytest.mark.parametrize(
    ("candidate", "shortfall", "local", "verdict"),
    [
        (COACHING, UNDER_SILENCE, "13:00", Defer(until=at(MONDAY, "13:15"), because="nothing is arriving from North")),
        (COACHING, UNDER_SILENCE, "17:00", Suppress(because="after working hours")),
        (CELEBRATION, None, "13:00", Send()),
    ],
    ids=["a shortfall is deferred", "not beyond the working day", "what holds nothing against anybody is sent"],
)
def test_while_a_feed_is_silent_nothing_is_held_against_anybody(
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


@pytest.mark.parametrize("candidate", [ANNOUNCEMENT, CORRECTION], ids=["announcement", "correction"])
@pytest.mark.parametrize(
    ("facts", "local", "verdict"),
    [
        (FACTS, "12:00", Send()),
        (FACTS, "07:00", Defer(until=at(MONDAY, "09:00"), because="before working hours")),
        (FACTS, "17:00", Defer(until=NINE_ON_TUESDAY, because="after working hours")),
        (
            _facts(report(state="open", presence=Presence.ABSENT, score=None)),
            "12:00",
            Defer(until=NINE_ON_TUESDAY, because="on leave today"),
        ),
        (
            _facts(report(state="open", presence=Presence.ABSENT, score=None, next_work_starts_at=None)),
            "12:00",
            Defer(until=at(TUESDAY, "12:00"), because="on leave today"),
        ),
        (UNKNOWN_DAY, "12:00", Defer(until=at(MONDAY, "12:05"), because=DAY_UNKNOWN)),
    ],
    ids=["in working hours", "before them", "after them", "on leave", "on leave with no end in sight", "not known yet"],
)
def test_an_announcement_waits_for_working_hours_and_never_for_the_cap(
    facts: PolicyFacts, local: str, verdict: Verdict, candidate: Candidate
) -> None:
    assert may_send(candidate, replace(facts, recent=(_received(),)), now=at(MONDAY, local)) == verdict


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

    verdict = may_send(_candidate(kind), replace(_facts(today), recent=(received,) * count), now=now)

    if isinstance(verdict, Send):
        assert today.work_starts_at is not None
        assert today.work_ends_at is not None
        assert today.work_starts_at <= now < today.work_ends_at
        assert count == 0 or kind in (NudgeKind.ANNOUNCEMENT, NudgeKind.CORRECTION)
    if isinstance(verdict, Defer):
        assert verdict.until > now
