"""What a manager's morning tells beside numbers, for examples: who is away, who got a hint, what was sent, what is disputed."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from services.nudges.context.team_context import MessageToRep, OpenDispute, TeamContext, TeamMember
from services.nudges.domain.candidate import Candidate
from services.nudges.domain.feedback.disputes import (
    RESOLUTION_LABELS,
    AnsweredDispute,
    DisputedRecord,
    DisputeId,
    DisputeReason,
    Resolution,
    dispute_answer_candidate,
    new_disputes_candidate,
)
from shared.events import NudgeKind, Person, Rep
from tests.services.nudges.builders.days import at
from tests.services.nudges.rules.harbor import (
    ANA,
    DIEGO,
    DONE,
    EMI,
    LAURA,
    NEXT_MONDAY,
    PRIYA,
    SHORT,
    THURSDAY,
    TOM,
    WEDNESDAY,
    absent_day,
    absent_member,
    member,
)

TUESDAY: Final = WEDNESDAY - timedelta(days=1)
_KINDS: Final[Mapping[str, NudgeKind]] = {
    **dict.fromkeys(("streak", "plan_done", "comeback"), NudgeKind.CELEBRATION),
    **dict.fromkeys(
        ("drop", "ratio", "one_thing", "pace", "quiet_afternoon", "day_plan", "first_day", "welcome_back"), NudgeKind.COACHING
    ),
    "playbook": NudgeKind.ANNOUNCEMENT,
    "correction": NudgeKind.CORRECTION,
}


def messages(*sent: tuple[Rep, str]) -> tuple[MessageToRep, ...]:
    """What reps were sent, by rule."""
    return tuple(MessageToRep(rep_id=of_rep.id, rule=rule, kind=_KINDS[rule]) for of_rep, rule in sent)


def disputed(*by_rep: tuple[Rep, date]) -> tuple[OpenDispute, ...]:
    """What reps dispute, and since which day."""
    return tuple(OpenDispute(rep_id=of_rep.id, disputed_on=day) for of_rep, day in by_rep)


def away_until(of_rep: Rep, day: date, back: date | None) -> TeamMember:
    """A rep who is on leave on a day and works again on another, or nobody knows when."""
    starts_at = at(back, "09:00") if back is not None else None
    absent = absent_day(of_rep, day).model_copy(update={"next_work_starts_at": starts_at})
    return replace(absent_member(of_rep, day), days=(absent,))


def harbor_team(*, today: date = THURSDAY) -> tuple[TeamMember, ...]:
    """All five, who work today."""
    return tuple(member(of_rep, DONE, until=today) for of_rep in (ANA, DIEGO, EMI, PRIYA, TOM))


MORNING_EXAMPLES: Final[Mapping[str, TeamContext]] = {
    "disputes": TeamContext(
        today=THURSDAY,
        members=(member(ANA, DONE, until=THURSDAY), member(TOM, SHORT, until=THURSDAY)),
        open_disputes=disputed((ANA, TUESDAY), (ANA, TUESDAY), (TOM, WEDNESDAY)),
    ),
    "away_today": TeamContext(
        today=THURSDAY, members=(member(ANA, DONE, until=THURSDAY), away_until(DIEGO, THURSDAY, NEXT_MONDAY))
    ),
    "could_use_a_hand": TeamContext(
        today=THURSDAY,
        members=(member(ANA, DONE, until=THURSDAY), member(DIEGO, SHORT, until=THURSDAY)),
        messages_to_reps=messages((DIEGO, "one_thing"), (ANA, "pace")),
    ),
    "sent_to_team": TeamContext(
        today=THURSDAY,
        members=harbor_team(),
        messages_to_reps=messages((ANA, "streak"), (EMI, "plan_done"), (DIEGO, "one_thing"), (TOM, "playbook")),
    ),
}
"""A context that calls for each rule about the morning of a manager."""


def of_mornings() -> Iterator[tuple[str, str, TeamContext]]:
    """The same rules with other numbers: rule, what is special, and context."""
    team, everybody = harbor_team(), (ANA, DIEGO, EMI, PRIYA, TOM)
    nothing = TeamContext(today=THURSDAY, members=team)
    yield "disputes", "one record", replace(nothing, open_disputes=disputed((ANA, WEDNESDAY)))
    yield "disputes", "two of one rep", replace(nothing, open_disputes=disputed((ANA, TUESDAY), (ANA, THURSDAY)))
    yield "disputes", "two reps", replace(nothing, open_disputes=disputed((ANA, TUESDAY), (TOM, THURSDAY)))
    yield "disputes", "many", replace(nothing, open_disputes=disputed(*[(of_rep, TUESDAY) for of_rep in everybody] * 3))
    yield "disputes", "since last year", replace(nothing, open_disputes=disputed((ANA, date(2025, 12, 30))))
    for special, back in (("until tomorrow", THURSDAY + timedelta(days=1)), ("for nobody knows how long", None)):
        yield "away_today", special, replace(nothing, members=(away_until(DIEGO, THURSDAY, back),))
    two = tuple(away_until(of_rep, THURSDAY, NEXT_MONDAY) for of_rep in (ANA, DIEGO))
    yield "away_today", "two", replace(nothing, members=two)
    yield "away_today", "more than five", replace(nothing, members=two * 4)
    yield "could_use_a_hand", "one", replace(nothing, messages_to_reps=messages((ANA, "drop")))
    yield "could_use_a_hand", "two hints", replace(nothing, messages_to_reps=messages((ANA, "ratio"), (ANA, "quiet_afternoon")))
    hints = messages(*[(of_rep, "ratio") for of_rep in everybody])
    yield "could_use_a_hand", "more than four", replace(nothing, messages_to_reps=hints)
    for rule in ("plan_done", "pace", "playbook", "correction"):
        yield "sent_to_team", f"one {rule}", replace(nothing, messages_to_reps=messages((ANA, rule)))
        sent = messages(*[(of_rep, rule) for of_rep in everybody])
        yield "sent_to_team", f"{rule} to all", replace(nothing, messages_to_reps=sent)
    twice = messages((ANA, "streak"), (ANA, "comeback"), (ANA, "plan_done"))
    yield "sent_to_team", "several of one rep", replace(nothing, messages_to_reps=twice)
    monday = replace(nothing, today=NEXT_MONDAY, messages_to_reps=messages((ANA, "streak")))
    yield "sent_to_team", "over a weekend", monday


def new_disputes() -> Candidate:
    """The message to Laura about what Ana and Tom have disputed within the hour."""
    records = [DisputedRecord(rep_id=of_rep.id, day=WEDNESDAY, reason=DisputeReason.TWICE) for of_rep in (ANA, ANA, TOM)]
    return new_disputes_candidate(records, {ANA.id: "Ana", TOM.id: "Tom"}, hour=at(THURSDAY, "11:00"), today=THURSDAY)


def dispute_answer(resolution: Resolution) -> Candidate:
    """The message to Ana about what Laura has answered."""
    answered = AnsweredDispute(
        id=DisputeId("d1"),
        day=WEDNESDAY,
        kind="call",
        reason=DisputeReason.TWICE,
        resolution=resolution,
        manager_id=LAURA.id,
        resolved_at=at(THURSDAY, "11:30"),
    )
    return dispute_answer_candidate(answered, rep_name=ANA.name, manager_name=LAURA.name, today=THURSDAY)


def dispute_messages() -> Iterator[tuple[str, str, str, Person, datetime, Candidate]]:
    """Title, when, limits, receiver, time and message of those about disputes that no rule makes."""
    limits = "Only in working hours. Does not use up the daily cap."
    for resolution in Resolution:
        title, when = f"A dispute was answered: {RESOLUTION_LABELS[resolution]}", "A manager answers what a rep disputes."
        answer = dispute_answer(resolution)
        yield title, when, f"{limits} Nobody can turn it off.", ANA, at(THURSDAY, "11:30"), answer
    when = "Within the hour after a rep of the manager's has disputed a record; one message for all of them."
    in_the_morning = f"{limits} What comes outside of working hours is in the message of the morning."
    yield "New disputes", when, in_the_morning, LAURA, at(THURSDAY, "11:00"), new_disputes()
