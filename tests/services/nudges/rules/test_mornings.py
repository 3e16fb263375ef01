"""What a manager's morning tells beside numbers, and its near misses."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.nudges.context.team_context import MessageToRep, TeamContext, TeamMember
from services.nudges.rules.away_today import away_today
from services.nudges.rules.catalogue import REP_RULES
from services.nudges.rules.could_use_a_hand import HINTS, could_use_a_hand
from services.nudges.rules.disputes import disputes
from services.nudges.rules.sent_to_team import sent_to_team
from shared.events import Mention, Presence, Rep
from tests.services.nudges.builders.people import make_rep
from tests.services.nudges.builders.reports import open_report
from tests.services.nudges.rules.harbor import ANA, DIEGO, DONE, EMI, NEXT_MONDAY, THURSDAY, TOM, WEDNESDAY, absent_day, member
from tests.services.nudges.rules.mornings import MORNING_EXAMPLES, away_until, disputed, harbor_team, messages
from tests.services.nudges.rules.teams import away

NOTHING_NEW = TeamContext(today=THURSDAY, members=harbor_team())
SOL = make_rep("sol", "Ana Sol")
OTHER_ANA = make_rep("ana-2", "Ana Ruiz")


def _context(*members: TeamMember, sent: Sequence[MessageToRep] = (), today: date = THURSDAY) -> TeamContext:
    return TeamContext(today=today, members=members, messages_to_reps=sent)


def _first(candidate_context: TeamContext, rule: str) -> str:
    rules = {"disputes": disputes, "away_today": away_today, "hand": could_use_a_hand, "sent": sent_to_team}
    candidate = rules[rule].evaluate(candidate_context)
    assert candidate is not None
    return candidate.wordings[0]


def test_a_morning_without_news_brings_none_of_them() -> None:
    for rule in (disputes, away_today, could_use_a_hand, sent_to_team):
        assert rule.evaluate(NOTHING_NEW) is None


def test_a_manager_who_reads_them_every_morning_reads_no_wording_twice_in_two_weeks() -> None:
    for rule in (disputes, away_today, could_use_a_hand, sent_to_team):
        candidate = rule.evaluate(MORNING_EXAMPLES[rule.name])
        assert candidate is not None
        assert len(set(candidate.wordings)) == 10


def test_every_hint_has_a_phrase_for_the_manager() -> None:
    assert HINTS.keys() == {name for name, rule in REP_RULES.items() if rule.is_shortfall}


@pytest.mark.parametrize(
    ("by_rep", "text"),
    [
        ([(ANA, WEDNESDAY)], "Disputed by Ana: one record. Please correct it in the CRM, or say that it's right."),
        (
            [(ANA, WEDNESDAY)] * 2,
            "Disputed by Ana (2): two records. Please correct them in the CRM, or say that they're right.",
        ),
        (
            [(TOM, WEDNESDAY), (ANA, WEDNESDAY)],
            "Disputed by Ana and Tom: two records. Please correct them in the CRM, or say that they're right.",
        ),
    ],
)
def test_disputes_are_counted_by_rep(by_rep: Sequence[tuple[Rep, date]], text: str) -> None:
    candidate = disputes.evaluate(replace(NOTHING_NEW, open_disputes=disputed(*by_rep)))

    assert candidate is not None
    assert candidate.wordings[0] == text
    assert candidate.about == tuple(Mention(id=rep.id) for rep in dict.fromkeys(rep for rep, _ in sorted(by_rep, key=str)))


def test_the_reason_says_how_old_the_oldest_dispute_is() -> None:
    candidate = disputes.evaluate(replace(NOTHING_NEW, open_disputes=disputed((ANA, WEDNESDAY), (TOM, THURSDAY))))

    assert candidate is not None
    assert "the oldest is from yesterday." in candidate.reason


@pytest.mark.parametrize(
    ("back", "text"),
    [
        (THURSDAY + timedelta(days=1), "Away today: Diego (back tomorrow)."),
        (THURSDAY + timedelta(days=2), "Away today: Diego (back on Saturday)."),
        (NEXT_MONDAY, "Away today: Diego (back on Monday)."),
        (THURSDAY + timedelta(days=6), "Away today: Diego (back on Wednesday)."),
        (THURSDAY + timedelta(days=7), "Away today: Diego (back on Thursday 19 March)."),
        (None, "Away today: Diego."),
    ],
)
def test_who_is_away_comes_with_the_day_on_which_they_are_back(back: date | None, text: str) -> None:
    assert _first(_context(away_until(DIEGO, THURSDAY, back)), "away_today") == text


@pytest.mark.parametrize(
    ("presence", "is_away"),
    [
        (Presence.ABSENT, True),
        (Presence.HOLIDAY, True),
        (Presence.DAY_OFF, False),
        (Presence.WORKING, False),
        (Presence.NOT_EMPLOYED, False),
    ],
)
def test_away_is_who_would_be_at_work(presence: Presence, *, is_away: bool) -> None:
    day = open_report(THURSDAY, rep=ANA, presence=presence)
    rep = replace(member(ANA, DONE, until=THURSDAY), days=(day,))

    assert (away_today.evaluate(_context(rep)) is not None) is is_away


def test_somebody_whose_day_has_not_begun_is_not_away_by_the_day_before() -> None:
    rep = replace(member(ANA, DONE, until=THURSDAY), days=(absent_day(ANA, WEDNESDAY),))

    assert away_today.evaluate(_context(rep)) is None


def test_two_of_one_name_can_be_distinguished() -> None:
    pair = (away_until(ANA, THURSDAY, None), away_until(SOL, THURSDAY, None))
    assert _first(_context(*pair), "away_today") == "Away today: Ana R. and Ana S."
    same = (away_until(ANA, THURSDAY, None), away_until(OTHER_ANA, THURSDAY, None))
    assert _first(_context(*same), "away_today") == "Away today: Ana Ruiz (ana) and Ana Ruiz (ana-2)."


def test_each_hint_is_named_once_and_the_days_plan_is_none() -> None:
    sent = messages(
        (DIEGO, "pace"), (DIEGO, "pace"), (DIEGO, "drop"), (EMI, "day_plan"), (ANA, "streak"), (ANA, "welcome_back")
    )
    context = replace(NOTHING_NEW, messages_to_reps=sent)

    candidate = could_use_a_hand.evaluate(context)

    assert candidate is not None
    assert candidate.wordings[0] == "Could use a hand: Diego (had a slower start than usual and less activity than usual)."
    assert candidate.about == (Mention(id=DIEGO.id),)


def test_nobody_who_is_away_could_use_a_hand_today() -> None:
    hint = messages((DIEGO, "pace"))
    at_work = member(DIEGO, DONE, until=THURSDAY)

    assert could_use_a_hand.evaluate(_context(at_work, sent=hint)) is not None
    assert could_use_a_hand.evaluate(_context(away(at_work, NEXT_MONDAY), sent=hint)) is None


def test_what_was_sent_makes_one_line() -> None:
    sent = messages((ANA, "streak"), (EMI, "plan_done"), (DIEGO, "one_thing"), (TOM, "playbook"), (EMI, "playbook"))

    text = _first(replace(NOTHING_NEW, messages_to_reps=sent), "sent")

    assert text == (
        "Sent to your team since yesterday: praise for Ana (streak) and Emi (plan done), a hint to one rep and announcements "
        "to two reps."
    )


def test_the_days_plan_and_a_welcome_are_not_worth_a_line() -> None:
    sent = messages((ANA, "day_plan"), (EMI, "first_day"), (TOM, "welcome_back"))

    assert sent_to_team.evaluate(replace(NOTHING_NEW, messages_to_reps=sent)) is None


def test_whoever_is_counted_or_named_is_mentioned_and_nobody_else() -> None:
    sent = messages((ANA, "streak"), (DIEGO, "pace"), (TOM, "correction"), (EMI, "day_plan"))

    candidate = sent_to_team.evaluate(replace(NOTHING_NEW, messages_to_reps=sent))

    assert candidate is not None
    assert [mention.id for mention in candidate.about] == [ANA.id, DIEGO.id, TOM.id]
