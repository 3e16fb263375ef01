"""What praise claims is true, whatever the days were: to the rep, to the whole team, and to the manager.

A failure is not made smaller: it shows the sentence, and to make forty days smaller takes many minutes.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from services.nudges.context.rule_context import RuleContext
from services.nudges.context.team_context import TeamContext, TeamMember
from services.nudges.domain.candidate import Candidate
from services.nudges.domain.history import is_plan_done, is_worked
from services.nudges.rules.catalogue import MANAGER_RULES, PRAISE, REP_RULES
from shared.events import DayReport
from tests.services.nudges.rules.claims.praise import read_praise
from tests.services.nudges.rules.claims.praised import Praised
from tests.services.nudges.rules.claims.reader import Reading
from tests.services.nudges.rules.claims.to_managers import read_digest, read_recognition
from tests.services.nudges.rules.harbor import ANA, DONE, NOTHING, context_of, days_before, open_day
from tests.services.nudges.rules.random_days import Past, boundaries, pasts, teams

SHOW_AS_IT_IS: Final = settings(phases=(Phase.explicit, Phase.generate))
ALWAYS_THE_SAME: Final = settings(SHOW_AS_IT_IS, max_examples=100, derandomize=True, database=None)
days_later = st.sampled_from((0, 0, 0, 1, 3, 7, 30))
days_since_recognition = st.sampled_from((None, None, 1, 9))


def _praise(context: RuleContext, team: Sequence[DayReport] = (), *rules: str) -> list[str]:
    """False claims, unread ones, and texts without any claim in what these rules propose."""
    praised = Praised(
        report=context.report, before=context.history.worked, today=context.today, team=team, ladders=context.ladders
    )
    candidates = [candidate for rule in rules if (candidate := REP_RULES[rule].evaluate(context))]
    return [
        fault
        for candidate in candidates
        for fault in _faults(candidate, read_praise(praised, *candidate.wordings, candidate.reason))
    ]


def _faults(candidate: Candidate, readings: Sequence[Reading]) -> list[str]:
    texts = zip((*candidate.wordings, candidate.reason), readings, strict=True)
    return [f"{candidate.rule}: {text} <- {fault}" for text, reading in texts for fault in reading.faults]


def _first_of(faults: Sequence[str]) -> str:
    """Each wording has the same ones."""
    return "\n".join(faults[:3])


@SHOW_AS_IT_IS
@given(pasts(), days_later)
def test_praise_of_a_rep_claims_nothing_that_is_false(past: Past, later: int) -> None:
    faults = [fault for context in past.contexts(days_later=later) for fault in _praise(context, (), *PRAISE)]

    assert not faults, _first_of(faults)


def test_praise_claims_nothing_that_is_false_around_the_fewest_days_that_it_takes() -> None:
    faults = [
        fault for past in boundaries() for context in past.contexts(days_later=0) for fault in _praise(context, (), *PRAISE)
    ]

    assert not faults, _first_of(faults)


def test_the_random_days_call_for_every_praise() -> None:
    missing = set(PRAISE)

    @ALWAYS_THE_SAME
    @given(pasts())
    def play(past: Past) -> None:
        contexts = past.contexts(days_later=0)
        missing.difference_update({rule for rule in missing if any(map(REP_RULES[rule].evaluate, contexts))})

    play()
    assert missing == set()


def _last_day(team: Sequence[Past], *, days_later: int = 0) -> tuple[list[RuleContext], list[DayReport]]:
    """The last day as each rep's rules see it, and the reports of those who had a target."""
    with_target = [past.reports[-1] for past in team if is_worked(past.reports[-1])]
    is_done = all(map(is_plan_done, with_target))
    done = tuple(report.rep.id for report in with_target) if is_done else ()
    contexts = [past.contexts(days_later=days_later)[-1] for past in team]
    return [
        replace(context, report=past.reports[-1], teammates_done=done) for context, past in zip(contexts, team, strict=True)
    ], (with_target)


def _of_manager(team: Sequence[Past], recognised_days_ago: int | None = None) -> TeamContext:
    """The team on its manager's next working morning."""
    last: date = team[0].reports[-1].day
    today = last + timedelta(days=1)
    recognised_on = today - timedelta(days=recognised_days_ago) if recognised_days_ago is not None else None
    members = [
        TeamMember(
            rep=past.reports[-1].rep,
            team=past.reports[-1].team,
            days=tuple(reversed(past.reports)),
            recognised_on=recognised_on,
        )
        for past in team
    ]
    return TeamContext(today=today, members=sorted(members, key=lambda member: member.rep.name))


@SHOW_AS_IT_IS
@given(teams(), days_later)
def test_praise_of_a_team_claims_nothing_that_is_false(team: Sequence[Past], later: int) -> None:
    contexts, with_target = _last_day(team, days_later=later)

    faults = [fault for context in contexts for fault in _praise(context, with_target, "team_day")]

    assert not faults, _first_of(faults)


@SHOW_AS_IT_IS
@given(teams())
def test_the_digest_claims_nothing_that_is_false(team: Sequence[Past]) -> None:
    context, reports = _of_manager(team), [past.reports[-1] for past in team]
    candidate = MANAGER_RULES["digest"].evaluate(context)

    if candidate is not None:
        faults = _faults(candidate, read_digest(context, reports, *candidate.wordings, candidate.reason))
        assert not faults, _first_of(faults)


@SHOW_AS_IT_IS
@given(teams(), days_since_recognition)
def test_a_reminder_to_recognise_a_rep_claims_nothing_that_is_false(team: Sequence[Past], recognised: int | None) -> None:
    context = _of_manager(team, recognised)
    candidate = MANAGER_RULES["recognition_due"].evaluate(context)

    if candidate is not None:
        (member,) = [member for member in context.members if member.rep.id == candidate.about[0].id]
        faults = _faults(candidate, read_recognition(context, member, *candidate.wordings, candidate.reason))
        assert not faults, _first_of(faults)


def test_the_random_teams_call_for_praise_of_all_and_for_both_messages_to_managers() -> None:
    proposed = set[str]()

    @ALWAYS_THE_SAME
    @given(teams())
    def play(team: Sequence[Past]) -> None:
        context = _of_manager(team)
        proposed.update(rule for rule in ("digest", "recognition_due") if MANAGER_RULES[rule].evaluate(context))
        proposed.update(["team_day"] if any(map(REP_RULES["team_day"].evaluate, _last_day(team)[0])) else [])

    play()
    assert proposed == {"team_day", "digest", "recognition_due"}


CARRIED: Final = context_of(open_day(ANA, (18, 2, 0)), *days_before(ANA, DONE, (9, 0, 0), NOTHING, *[(9, 0, 0)] * 8))
"""Eighteen conversations make up for a missing proposal, for a score of 105. On nine of the ten days before there were nine."""


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("That was 17 conversations today, Ana.", "false: 17 conversations"),
        ("Ana, 2 of 3 meetings today.", "false: 2 of 3 meetings"),
        ("Ana, 18 conversations (11 planned) today.", "false: 18 conversations (11 planned)"),
        ("Ana, no meetings today.", "false: no meetings"),
        ("You scored 106 today, Ana.", "false: scored 106"),
        ("Plan done today, Ana.", "false: Plan done"),
        ("Done today, Ana.", "false: Done"),
        ("Ana, all of your targets are met.", "false: all of your targets are met"),
        ("You reached every target, Ana.", "unread: reached"),
        ("The whole plan, Ana.", "unread: whole"),
        ("Ana, you smashed it 3 days in a row.", "unread: 3"),
        ("Good work yesterday, Ana.", "false: yesterday"),
        ("Your best in 10 working days, Ana: 18 conversations today. Before that it was 9.", "false: Your best in 10"),
        ("Your best in 12 working days, Ana: 18 conversations today. Before that it was 12.", "false: Your best in 12"),
        ("Ana, today brought your first meeting in 10 working days.", "false: your first meeting in 10"),
        ("Nice recovery after 10 slow days, Ana.", "false: after 10 slow days"),
        ("Still below target: 2 of 2 meetings. ", "false: Still below target"),
        ("Ana, that's 3 working days in a row with a score of 100 or more.", "false: 3 working days in a row"),
    ],
)
def test_a_false_claim_is_read_as_false_and_an_unknown_one_is_reported(text: str, fault: str) -> None:
    (reading,) = _read_of_carried(text)

    assert reading.faults[0].startswith(fault)


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("You scored 105 today, Ana: 18 conversations (12 planned), 2 of 2 meetings and 0 of 1 proposal.", 5),
        ("Nice recovery after nine slow days, Ana. Still below target: 0 of 1 proposal.", 3),
        ("Ana, after nine missed days (since Wednesday 25 February).", 1),
        ("Good to see you, Ana.", 0),
    ],
)
def test_a_true_claim_is_read_as_true(text: str, claims: int) -> None:
    (reading,) = _read_of_carried(text)

    assert len(reading.claims) == claims
    assert reading.faults == []


def _read_of_carried(text: str) -> list[Reading]:
    return read_praise(Praised(report=CARRIED.report, before=CARRIED.history.worked, today=CARRIED.today), text)
