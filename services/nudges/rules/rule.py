"""What a rule is, and how it registers itself."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Generic, TypeVar

from services.nudges.context.rule_context import RuleContext
from services.nudges.context.team_context import TeamContext
from services.nudges.domain.candidate import Candidate
from services.nudges.domain.moments import Moment
from services.nudges.domain.phrases import capitalized
from shared.events import BehaviourKey, DayReport, Mention, NudgeKind, PossibleAbsence, Rep

Context = TypeVar("Context", RuleContext, TeamContext)


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """What a rule wants to say. `wordings` say the same thing in different words, always in the same order; `reason` states the
    facts in one plain sentence. Both get a capital letter where they begin with a name without one. Without an `occasion` there
    is at most one nudge of the rule per person and day. `since` is the first day that is held against the rep, if that is not
    the day itself. `about` lists the reps whom a message to a manager is about. `absences` are days on which a rep may have
    been away: with each of them the manager can enter that on a page. Their reps need not be in `about` as well. `thanks` are
    reps to whom the manager is asked to write."""

    wordings: Sequence[str]
    reason: str
    occasion: str | None = None
    since: date | None = None
    about: Sequence[Mention] = ()
    absences: Sequence[PossibleAbsence] = ()
    thanks: Sequence[Rep] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class AlarmBudget:
    """How often a rule may hold something against somebody wrongly: at most once per rep in so many `working_days`.

    The texts are the rule's row in `docs/false-alarms.md`: what a false alarm is, what keeps the rule within its budget
    although nobody has labelled any days, and when the rule is silent because too little is known.
    """

    working_days: int
    false_alarm: str
    calibration: str
    silence: str


IsPossible = Callable[[DayReport, Collection[BehaviourKey]], bool]
"""Whether a rule may propose something of a day, whatever happened before. The second argument has the behaviours that have
only now begun to count on the day: of the others it was known before whether they are the first."""


def always_possible(report: DayReport, begun: Collection[BehaviourKey]) -> bool:
    """For a rule that says nothing about when it may propose something."""
    del report, begun
    return True


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule(Generic[Context]):
    """A rule with everything that the rest of nudges has to know about it.

    `title`, `when` and `limits` are its row in the README: what it is called, when it sends something, and what prevents it. Of
    several candidates the one with the smallest `priority` goes first. A rule that holds something against somebody has a
    `budget` of false alarms. The other fields are as in `Candidate`.

    What the rules about a changed day look at is loaded only if `is_possible` says of one of them that the report, with the
    behaviours that have only now begun to count, may lead to something.

    A rule that `requires_done_plan` praises only days with a score of 100 or more. After late data a nudge that was sent is
    evaluated again if `is_reevaluated`. For coaching about earlier days `still_nearly_true` says whether it is still close
    enough to the truth to be left uncorrected when the rule itself is no longer sure.
    """

    name: str
    title: str
    when: str
    limits: str
    kind: NudgeKind
    moment: Moment
    priority: int
    propose: Callable[[Context], Proposal | None]
    cooldown_days: int
    budget: AlarmBudget | None = None
    is_shortfall: bool = False
    is_everyday: bool = False
    is_opt_in: bool = False
    contradicts_praise: bool = False
    requires_done_plan: bool = False
    is_reevaluated: bool = False
    still_nearly_true: Callable[[Context], bool] | None = None
    is_possible: IsPossible = always_possible

    def evaluate(self, context: Context) -> Candidate | None:
        """What the rule proposes in this context."""
        proposal = self.propose(context)
        if proposal is None:
            return None
        return Candidate(
            rule=self.name,
            kind=self.kind,
            occasion=proposal.occasion if proposal.occasion is not None else context.day.isoformat(),
            wordings=tuple(map(capitalized, proposal.wordings)),
            reason=capitalized(proposal.reason),
            is_shortfall=self.is_shortfall,
            since=proposal.since,
            cooldown_days=self.cooldown_days,
            is_everyday=self.is_everyday,
            is_opt_in=self.is_opt_in,
            contradicts_praise=self.contradicts_praise,
            about=_mentions(proposal),
            absences=proposal.absences,
            thanks=proposal.thanks,
        )


def _mentions(proposal: Proposal) -> Sequence[Mention]:
    """Everybody whom the message is about: it is deleted when one of them is erased."""
    listed = {mention.id for mention in proposal.about}
    others = {absence.rep.id: Mention(id=absence.rep.id) for absence in proposal.absences if absence.rep.id not in listed}
    return (*proposal.about, *others.values())


REP_RULES: Final[dict[str, Rule[RuleContext]]] = {}
MANAGER_RULES: Final[dict[str, Rule[TeamContext]]] = {}


class RuleRegisteredTwice(Exception):
    """Two rules have the same name. Rename one of them."""


def rep_rule(
    *,
    name: str,
    title: str,
    when: str,
    limits: str,
    kind: NudgeKind,
    moment: Moment,
    priority: int,
    cooldown_days: int = 0,
    budget: AlarmBudget | None = None,
    is_shortfall: bool = False,
    is_everyday: bool = False,
    is_opt_in: bool = False,
    contradicts_praise: bool = False,
    requires_done_plan: bool = False,
    is_reevaluated: bool = False,
    still_nearly_true: Callable[[RuleContext], bool] | None = None,
) -> Callable[[Callable[[RuleContext], Proposal | None]], Rule[RuleContext]]:
    """Register a rule about a rep's own days: `@rep_rule(...)` above the function that proposes."""

    def register(propose: Callable[[RuleContext], Proposal | None]) -> Rule[RuleContext]:
        rule = Rule(
            name=name,
            title=title,
            when=when,
            limits=limits,
            kind=kind,
            moment=moment,
            priority=priority,
            propose=propose,
            cooldown_days=cooldown_days,
            budget=budget,
            is_shortfall=is_shortfall,
            is_everyday=is_everyday,
            is_opt_in=is_opt_in,
            contradicts_praise=contradicts_praise,
            requires_done_plan=requires_done_plan,
            is_reevaluated=is_reevaluated,
            still_nearly_true=still_nearly_true,
        )
        return _add(REP_RULES, rule)

    return register


def possible_if(is_possible: IsPossible) -> Callable[[Rule[RuleContext]], Rule[RuleContext]]:
    """Say when a rule about a changed day may propose anything: `@possible_if(...)` above its `@rep_rule(...)`."""

    def register(rule: Rule[RuleContext]) -> Rule[RuleContext]:
        REP_RULES[rule.name] = replace(rule, is_possible=is_possible)
        return REP_RULES[rule.name]

    return register


def manager_rule(
    *,
    name: str,
    title: str,
    when: str,
    limits: str,
    kind: NudgeKind,
    priority: int,
    cooldown_days: int = 0,
    budget: AlarmBudget | None = None,
) -> Callable[[Callable[[TeamContext], Proposal | None]], Rule[TeamContext]]:
    """Register a rule about a manager's team, evaluated on each of their working mornings."""

    def register(propose: Callable[[TeamContext], Proposal | None]) -> Rule[TeamContext]:
        rule = Rule(
            name=name,
            title=title,
            when=when,
            limits=limits,
            kind=kind,
            moment=Moment.TEAM_MORNING,
            priority=priority,
            propose=propose,
            cooldown_days=cooldown_days,
            budget=budget,
        )
        return _add(MANAGER_RULES, rule)

    return register


def _add(rules: dict[str, Rule[Context]], rule: Rule[Context]) -> Rule[Context]:
    if rule.name in rules:
        raise RuleRegisteredTwice(rule.name)
    rules[rule.name] = rule
    return rule
