"""Every rule there is, collected from the modules beside this one. A rule is added by adding its file."""

import importlib
import pkgutil
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType, ModuleType
from typing import Final

from services.nudges import rules
from services.nudges.context.rule_context import RuleContext
from services.nudges.context.team_context import TeamContext
from services.nudges.domain.candidate import (
    ANNOUNCEMENT_RULE,
    CORRECTION_RULE,
    DISPUTE_ANSWER_RULE,
    NEW_DISPUTES_RULE,
    THANKS_RULE,
    Candidate,
)
from services.nudges.domain.moments import Moment
from services.nudges.domain.phrases import capitalized
from services.nudges.rules import rule as registry
from services.nudges.rules.rule import Rule
from shared.events import BehaviourKey, DayReport
from shared.languages.messages import gettext, marked

_NO_RULES: Final = frozenset({"catalogue", "rule"})


class RuleMissing(Exception):
    """A module of `rules/` registers no rule. Put `@rep_rule(...)` or `@manager_rule(...)` above the function that proposes."""


def import_rules(package: ModuleType) -> None:
    """Import every module of the package, so that its rules register themselves.

    Raises:
        RuleMissing: a module registers none.
    """
    names = [
        f"{package.__name__}.{module.name}" for module in pkgutil.iter_modules(package.__path__) if module.name not in _NO_RULES
    ]
    for name in names:
        importlib.import_module(name)
    registered = {rule.propose.__module__ for rule in registry.REP_RULES.values()}
    registered |= {rule.propose.__module__ for rule in registry.MANAGER_RULES.values()}
    for name in names:
        if name not in registered:
            raise RuleMissing(name)


import_rules(rules)

REP_RULES: Final[Mapping[str, Rule[RuleContext]]] = MappingProxyType(
    dict(sorted(registry.REP_RULES.items(), key=lambda item: item[1].priority))
)
"""About a rep's own days, by name, in order of priority."""

MANAGER_RULES: Final[Mapping[str, Rule[TeamContext]]] = MappingProxyType(
    dict(sorted(registry.MANAGER_RULES.items(), key=lambda item: item[1].priority))
)
"""About a manager's team, by name, in the order in which they stand in the morning's message."""

RULES: Final[Mapping[str, Rule[RuleContext] | Rule[TeamContext]]] = MappingProxyType({**REP_RULES, **MANAGER_RULES})
"""All of them."""

PRAISE: Final[Collection[str]] = frozenset(name for name, rule in REP_RULES.items() if rule.moment is Moment.DAY_CHANGED)
"""Of these, a day gets one; later on the same day only what is worth more."""

REEVALUATED: Final[Collection[str]] = frozenset(name for name, rule in REP_RULES.items() if rule.is_reevaluated)
"""Rules whose nudges are evaluated again when a day that they are based on is revised."""

OPT_IN: Final[Collection[str]] = frozenset(name for name, rule in REP_RULES.items() if rule.is_opt_in)
"""Rules only for people who opted in. Their nudges go out beside whatever else is due at the moment, in the same message."""

_DISPUTE_ANSWER_PRIORITY: Final = 790
_CORRECTION_PRIORITY: Final = 800
"""After every other rule, before what people opted in to."""

PRIORITIES: Final[Mapping[str, int]] = MappingProxyType(
    {name: rule.priority for name, rule in REP_RULES.items()}
    | {DISPUTE_ANSWER_RULE: _DISPUTE_ANSWER_PRIORITY, CORRECTION_RULE: _CORRECTION_PRIORITY}
)
"""By name: the smaller, the more it is worth sending."""


_TITLES_WITHOUT_RULE: Final[Mapping[str, str]] = MappingProxyType(
    {
        ANNOUNCEMENT_RULE: marked("Playbook"),
        CORRECTION_RULE: marked("Correction"),
        THANKS_RULE: marked("Thanks"),
        NEW_DISPUTES_RULE: marked("New disputes"),
        DISPUTE_ANSWER_RULE: marked("Dispute answer"),
    }
)


def title_of(name: str) -> str:
    """What people see as the name of a rule. The nudges of former rules have none; their own name is shown."""
    title = RULES[name].title if name in RULES else _TITLES_WITHOUT_RULE.get(name)
    return gettext(title) if title is not None else capitalized(name.replace("_", " "))


def rules_at(moment: Moment) -> Sequence[Rule[RuleContext]]:
    """The rep rules that are evaluated at a moment, in order of priority."""
    return [rule for rule in REP_RULES.values() if rule.moment is moment]


def evaluate_rules(moment: Moment, context: RuleContext) -> list[Candidate]:
    """What the rules of a moment propose, in order of priority."""
    return [candidate for rule in rules_at(moment) for candidate in evaluate_rule(rule, context)]


def evaluate_rule(rule: Rule[RuleContext], context: RuleContext) -> list[Candidate]:
    """What a single rule proposes: at most one candidate."""
    candidate = rule.evaluate(context)
    return [candidate] if candidate is not None else []


def may_praise(report: DayReport, begun: Collection[BehaviourKey]) -> bool:
    """Whether a rule may praise the day, now that these behaviours have begun to count on it."""
    return any(rule.is_possible(report, begun) for rule in rules_at(Moment.DAY_CHANGED))


def evaluate_team_rules(context: TeamContext) -> list[Candidate]:
    """What the managers' rules propose, in the order in which they stand in the message."""
    candidates = [rule.evaluate(context) for rule in MANAGER_RULES.values()]
    return [candidate for candidate in candidates if candidate is not None]
