"""One realistic example of every message. `docs/messages.md` shows them, and the common tests of all wordings read them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Final, NamedTuple

from services.nudges.context.rule_context import RuleContext
from services.nudges.context.team_context import TeamContext, WeeklyBrief
from services.nudges.decide.policy.retraction import SentNudge, correction_candidate
from services.nudges.domain.candidate import Candidate
from services.nudges.domain.feedback.thanks import Recognition, RecognitionId, thanks_candidate
from services.nudges.domain.roster.doubts import DoubtKind, RosterDoubt
from services.nudges.domain.roster.leave import Leave
from services.nudges.domain.silence.evidence import SilenceBudget
from services.nudges.rules.catalogue import MANAGER_RULES, REP_RULES
from shared.events import DayReport, Mention, NudgeId, NudgeKind
from tests.services.nudges.builders.announcements import announcement, defined
from tests.services.nudges.builders.days import at
from tests.services.nudges.builders.reports import behaviour
from tests.services.nudges.rules.harbor import (
    ANA,
    DIEGO,
    DONE,
    EMI,
    FRIDAY,
    HARBOR,
    LAURA,
    MEETINGS,
    NEXT_MONDAY,
    NOTHING,
    PRIYA,
    SHORT,
    THURSDAY,
    TOM,
    VERSION,
    WEDNESDAY,
    absent_member,
    back_member,
    closed_day,
    context_of,
    conversations_fell_to,
    days_before,
    habitual_member,
    meetings_fell_to,
    member,
    middays,
    new_member,
    open_day,
    proposals_ladder,
    proposals_this_month,
)
from tests.services.nudges.rules.mornings import MORNING_EXAMPLES
from tests.services.nudges.rules.spanish import own


class Variation(NamedTuple):
    """A message of a rule, or of `playbook` or `correction`, and what is special about it."""

    rule: str
    special: str
    candidate: Candidate


def _morning_of(day: DayReport, *before: DayReport) -> RuleContext:
    return context_of(day, *before, now="09:00")


def planned(*targets: tuple[str, float]) -> DayReport:
    """The morning of a day with these targets."""
    return open_day(DIEGO, NOTHING, behaviours=tuple(behaviour(label, 0, target) for label, target in targets))


PLAN: Final = planned(("Conversations", 12), ("Meetings", 2), ("Proposals", 1))
LEAVE: Final = Leave(first=WEDNESDAY - timedelta(days=7), last=WEDNESDAY - timedelta(days=1))
TEAMMATES: Final = tuple(teammate.id for teammate in (ANA, DIEGO, EMI, PRIYA, TOM))
STEADY_WEEK: Final = ((11, 2, 1), DONE, DONE, (10, 2, 1))

REP_EXAMPLES: Final[Mapping[str, RuleContext]] = {
    "comeback": context_of(open_day(DIEGO, (13, 2, 1)), *days_before(DIEGO, DONE, SHORT, SHORT)),
    "step_reached": replace(
        context_of(open_day(EMI, (9, 1, 2), goals=(proposals_this_month(8),))),
        ladders=(proposals_ladder(8, "4.4", reached_on=WEDNESDAY),),
    ),
    "streak": context_of(open_day(PRIYA, DONE), *days_before(PRIYA, SHORT, DONE, DONE, DONE, DONE)),
    "personal_best": context_of(open_day(TOM, (17, 1, 0)), *days_before(TOM, *[(11, 1, 1), (15, 2, 0)] * 6)),
    "small_win": context_of(open_day(ANA, (8, 1, 0)), *days_before(ANA, *[(9, 0, 0)] * 11)),
    "steady_week": context_of(open_day(EMI, DONE, FRIDAY), *days_before(EMI, *STEADY_WEEK, until=FRIDAY)),
    "plan_done": context_of(open_day(ANA, (14, 2, 1)), *days_before(ANA, DONE)),
    "first_day": replace(_morning_of(PLAN), is_first_day=True),
    "welcome_back": replace(_morning_of(PLAN), leave=LEAVE),
    "drop": replace(_morning_of(open_day(TOM, NOTHING)), baseline=conversations_fell_to(34, 5)),
    "ratio": replace(_morning_of(open_day(PRIYA, NOTHING)), baseline=meetings_fell_to(14)),
    "one_thing": replace(
        _morning_of(open_day(DIEGO, NOTHING), *days_before(DIEGO, *[(4, 2, 1)] * 3, *[(5, 2, 1)] * 2)),
        baseline=conversations_fell_to(22, 5),
    ),
    "day_plan": replace(_morning_of(PLAN), wants_day_plan=True, knows_playbook=True),
    "quiet_afternoon": context_of(open_day(ANA, NOTHING), *days_before(ANA, *[DONE] * 40), now="13:05"),
    "pace": replace(context_of(open_day(EMI, (2, 0, 0)), now="13:05"), middays=middays(12, 16)),
    "team_day": replace(context_of(open_day(DIEGO, DONE)), teammates_done=TEAMMATES),
    "step_lowered": replace(
        _morning_of(open_day(TOM, NOTHING, goals=(proposals_this_month(0),))),
        ladders=(proposals_ladder(0, "3.6", lowered_from="6.2"),),
    ),
}
"""A context that calls for each rule about a rep."""

BRIEF: Final = WeeklyBrief(day=NEXT_MONDAY - timedelta(weeks=2), about=(Mention(id=PRIYA.id, behaviour=MEETINGS),))
"""Two weeks ago Laura was asked to coach Priya on meetings."""

DOUBTS: Final = (
    RosterDoubt(rep_id=ANA.id, kind=DoubtKind.WEEKDAYS, days=30, empty=14, workdays=(1, 2, 3)),
    RosterDoubt(rep_id=TOM.id, kind=DoubtKind.IRREGULAR, days=28, empty=19),
)
"""Ana seems to work Tuesdays to Thursdays, and Tom now and then."""

MANAGER_EXAMPLES: Final[Mapping[str, TeamContext]] = {
    **MORNING_EXAMPLES,
    "gone_silent": TeamContext(
        today=THURSDAY,
        members=(*[habitual_member(of_rep) for of_rep in (ANA, DIEGO, EMI, PRIYA)], habitual_member(TOM, silent_days=4)),
        silence_budgets={HARBOR.id: SilenceBudget()},
    ),
    "recognition_due": TeamContext(
        today=THURSDAY, members=(member(ANA, SHORT, SHORT, DONE, DONE, SHORT, DONE, DONE, until=THURSDAY),)
    ),
    "weekly_brief": TeamContext(
        today=NEXT_MONDAY,
        members=(
            member(ANA, *[DONE] * 60),
            member(PRIYA, *[DONE] * 30, *[(12, 1, 1), (12, 0, 1)] * 10, *[DONE, (12, 1, 1)] * 5),
            member(TOM, *[(13, 2, 1), (11, 1, 1), (12, 2, 1)] * 15, *[(5, 2, 1), (6, 1, 1), (4, 2, 1)] * 5),
        ),
        briefs=(BRIEF,),
    ),
    "digest": TeamContext(
        today=THURSDAY,
        members=(
            member(ANA, DONE, until=THURSDAY),
            absent_member(DIEGO, WEDNESDAY),
            member(EMI, (13, 2, 1), until=THURSDAY),
            member(PRIYA, (9, 1, 0), until=THURSDAY),
            member(TOM, SHORT, until=THURSDAY),
        ),
    ),
    "starts_today": TeamContext(today=THURSDAY, members=(member(ANA, DONE, until=THURSDAY), new_member(EMI, THURSDAY))),
    "back_today": TeamContext(today=THURSDAY, members=(member(ANA, DONE, until=THURSDAY), back_member(DIEGO, THURSDAY))),
    "roster_check": TeamContext(
        today=NEXT_MONDAY, members=tuple(member(of_rep) for of_rep in (ANA, DIEGO, EMI, PRIYA, TOM)), roster_doubts=DOUBTS
    ),
}
"""A context that calls for each rule about a team."""


def rep_candidate(rule: str, context: RuleContext) -> Candidate:
    """What a rule proposes in a context that calls for it."""
    candidate = REP_RULES[rule].evaluate(context)
    assert candidate is not None, rule
    return candidate


def team_candidate(rule: str, context: TeamContext) -> Candidate:
    """What a manager's rule proposes in a context that calls for it."""
    candidate = MANAGER_RULES[rule].evaluate(context)
    assert candidate is not None, rule
    return candidate


FIRST_PLAYBOOK: Final = announcement(
    VERSION,
    NEXT_MONDAY,
    rep=DIEGO,
    team=HARBOR,
    managers=(LAURA,),
    behaviours=(defined("Conversations", "12 a day"), defined("Meetings", "2 a day"), defined("Proposals", "1 a day")),
)
CHANGED_PLAYBOOK: Final = FIRST_PLAYBOOK.model_copy(
    update={
        "follows": date(2026, 1, 1),
        "changes": (
            "Conversations: target 12 a day (before: 10 a day). Why: “Two more is one more meeting a week.”",
            "No longer part of the plan: Emails.",
        ),
        "message": "You told me that emails eat your mornings. So let's talk to people instead.",
    }
)
HINT: Final = SentNudge(
    id=NudgeId("hint"),
    rule="quiet_afternoon",
    kind=NudgeKind.COACHING,
    day=WEDNESDAY,
    at=at(WEDNESDAY, "13:05"),
    is_retracted=True,
)


def correction(sent: SentNudge = HINT, *, today: date = THURSDAY) -> Candidate:
    """The message that takes back a coaching message to Ana, whose conversations of the morning were recorded later."""
    return correction_candidate(sent, closed_day(ANA, sent.day, (9, 1, 0)), today=today)


def thanks(text: str, *, today: date = THURSDAY) -> Candidate:
    """What Laura says to Ana about Tuesday."""
    recognition = Recognition(
        id=RecognitionId("thanks"),
        rep_id=ANA.id,
        sender=LAURA,
        nudge_id=NudgeId("n1"),
        about_day=WEDNESDAY - timedelta(days=1),
        facts=own("12 of 12 conversations"),
        text=text,
        written_at=at(WEDNESDAY, "18:00"),
    )
    return thanks_candidate(recognition, today=today)
