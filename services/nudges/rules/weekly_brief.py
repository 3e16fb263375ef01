"""Weekly brief: who does clearly less of something than they used to, and whether what earlier briefs named has picked up."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from services.nudges.context.team_context import BRIEF_WEEKDAY, TeamContext, TeamMember, WeeklyBrief
from services.nudges.domain.candidate import BRIEF_RULE
from services.nudges.domain.history import planned_behaviours
from services.nudges.domain.phrases import joined, lowered
from services.nudges.domain.trends.change import Change
from services.nudges.domain.trends.coaching import NOT_REPEATED_FOR, FollowUp, find_falls, follow_up, has_moved
from services.nudges.rules.rule import AlarmBudget, Proposal, manager_rule
from shared.events import BehaviourKey, Mention, NudgeKind, RepId
from shared.languages.grammar import filled, worded
from shared.languages.messages import gettext, marked

NAMES_MAX: Final = 3
_DAYS_AHEAD: Final = timedelta(days=6)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fall:
    """A behaviour of which a rep does clearly less than before."""

    member: TeamMember
    key: BehaviourKey
    label: str
    change: Change


@dataclass(frozen=True, kw_only=True, slots=True)
class _Named:
    """The newest of the briefs that named a rep."""

    brief: WeeklyBrief
    key: BehaviourKey


@manager_rule(
    name=BRIEF_RULE,
    title=marked("Weekly brief"),
    when=marked(
        "Monday morning: at most three reps to coach, one behaviour each, of which they did clearly less in the last three "
        "weeks than in their own nine weeks before; and whether what earlier briefs named has picked up."
    ),
    limits=marked(
        "Only for a fall by a third or more that the spread of the rep's own days does not explain: at most one false name per "
        "rep in 250 rostered days. Never based on days before the playbook was announced, never about somebody who is away all "
        "week, and not twice about a rep within four weeks, unless what was named fell further, or recovered and fell again."
    ),
    kind=NudgeKind.DIGEST,
    budget=AlarmBudget(
        working_days=250,
        false_alarm="A rep is named for a fall that is chance: the rate of the behaviour has not changed.",
        calibration="From the rep's own days: the error of the change is estimated from how their counts vary.",
        silence="Until five active days of the rep's are known in the last three weeks, and fifteen in the nine before; on "
        "every day but Monday.",
    ),
    priority=110,
)
def weekly_brief(context: TeamContext) -> Proposal | None:
    """Proposed on the morning of a Monday on which the manager works, when there is somebody to name or something to follow up.

    The largest falls, as shares of what is usual of the rep, come first. They are listed in alphabetical order.
    """
    if context.today.weekday() != BRIEF_WEEKDAY:
        return None
    earlier = _newest_by_rep(context.briefs)
    falls = [fall for member in context.members if (fall := _find_fall(member, earlier.get(member.rep.id), context))]
    largest = sorted(falls, key=lambda fall: fall.change.share)[:NAMES_MAX]
    named = sorted(largest, key=lambda fall: context.name_of(fall.member.rep).casefold())
    follow_ups = list(_follow_ups(context, earlier, but_not={fall.member.rep.id for fall in named}))
    if not named and not follow_ups:
        return None
    since = joined([line for _, line in follow_ups])
    about = [Mention(id=fall.member.rep.id, behaviour=fall.key) for fall in named]
    return Proposal(
        wordings=_wordings(joined([_named(fall, context) for fall in named]), since),
        reason=_reason(has_names=bool(named), has_follow_up=bool(follow_ups)),
        about=(*about, *(Mention(id=rep_id) for rep_id, _ in follow_ups)),
    )


def _newest_by_rep(briefs: Sequence[WeeklyBrief]) -> dict[RepId, _Named]:
    """By rep, the newest of these briefs, newest first, that asked to coach them."""
    newest: dict[RepId, _Named] = {}
    for brief in briefs:
        for mention in brief.about:
            if mention.behaviour:
                newest.setdefault(mention.id, _Named(brief=brief, key=BehaviourKey(mention.behaviour)))
    return newest


def _find_fall(member: TeamMember, earlier: _Named | None, context: TeamContext) -> Fall | None:
    """The largest fall of a rep that there is reason to name now."""
    today = context.today
    if not member.works_between(today, today + _DAYS_AHEAD):
        return None
    labels = _labels(member)
    falls = [
        Fall(member=member, key=key, label=labels[key], change=change)
        for key, change in find_falls(member.active, today=today).items()
        if key in labels and not _is_repeated(member, key, earlier, context)
    ]
    return min(falls, key=lambda fall: fall.change.share, default=None)


def _is_repeated(member: TeamMember, key: BehaviourKey, earlier: _Named | None, context: TeamContext) -> bool:
    """Whether the rep was named within four weeks, and the behaviour has not moved since."""
    if earlier is None or context.today - earlier.brief.day >= NOT_REPEATED_FOR:
        return False
    return key != earlier.key or not has_moved(member.active, key, since=earlier.brief.day, today=context.today)


def _follow_ups(context: TeamContext, earlier: dict[RepId, _Named], *, but_not: set[RepId]) -> Iterator[tuple[RepId, str]]:
    for member in context.members:
        rep_id, labels = member.rep.id, _labels(member)
        named = earlier.get(rep_id)
        if named is None or rep_id in but_not or named.key not in labels:
            continue
        result = follow_up(member.active, named.key, since=named.brief.day, today=context.today)
        if result is not None:
            yield rep_id, _movement(context.name_of(member.rep), labels[named.key], result)


def _labels(member: TeamMember) -> dict[BehaviourKey, str]:
    """The newest label of each behaviour that had a target within four weeks."""
    return {behaviour.key: behaviour.label for day in reversed(member.worked) for behaviour in planned_behaviours(day)}


def _named(fall: Fall, context: TeamContext) -> str:
    """`Bruno on meetings (2 in 14 active days, usually about 7)`."""
    change = fall.change
    return filled(
        gettext("{name} on {behaviour} ({count} in {days} active days, usually about {mean})"),
        name=context.name_of(fall.member.rep),
        behaviour=lowered(fall.label),
        count=change.count,
        days=change.days,
        mean=f"{change.expected:.0f}",
    )


def _movement(name: str, label: str, result: FollowUp) -> str:
    """`Bruno is clearly up on meetings (9 in 10 active days, about 3 before)`."""
    change = result.change
    return filled(
        gettext("{name} is clearly up on {behaviour} ({count} in {days} active days, about {mean} before)")
        if result.is_up
        else gettext("{name} isn't clearly up on {behaviour} yet ({count} in {days} active days, about {mean} before)"),
        name=name,
        behaviour=lowered(label),
        count=change.count,
        days=change.days,
        mean=f"{change.expected:.0f}",
    )


def _wordings(names: str, since: str) -> tuple[str, ...]:
    if not names:
        return worded(
            gettext("A follow-up on earlier briefs: {since}."),
            gettext("Following up on earlier briefs: {since}."),
            gettext("To close the loop on earlier briefs: {since}."),
            since=since,
        )
    texts = worded(
        gettext("Worth coaching this week: {names}."),
        gettext("For your one-to-ones this week: {names}."),
        gettext("Worth raising this week: {names}."),
        names=names,
    )
    follow_ups = filled(gettext("Following up on earlier briefs: {since}."), since=since)
    return tuple(f"{text} {follow_ups}" for text in texts) if since else texts


def _reason(*, has_names: bool, has_follow_up: bool) -> str:
    of_names = gettext(
        "Each rep suggested for coaching did at least a third less of that behaviour per active day in the last three weeks "
        "than in the nine weeks before, which the normal ups and downs of their days hardly explain."
    )
    of_follow_up = gettext(
        "A follow-up compares the days since the earlier brief with the two weeks before it, scaled to as many days. "
        "“Clearly up” means at least a third more, and more than the normal ups and downs."
    )
    sentences = [of_names] * has_names + [of_follow_up] * has_follow_up
    return " ".join([*sentences, gettext("Active days are those with any activity.")])
