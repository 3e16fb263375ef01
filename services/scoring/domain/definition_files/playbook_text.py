"""A version as its file would state it. Its canonical form does not depend on how its author wrote it."""

from fractions import Fraction
from math import isfinite

from services.scoring.domain.playbook.filters import Filter
from services.scoring.domain.playbook.playbook import Behaviour, Goal, Playbook
from services.scoring.domain.playbook.unverified_rules import Bursts, Kinds, Overlaps, SameContact, UnverifiedRules
from shared.facts import Threshold
from shared.playbook.document import (
    BehaviourDocument,
    GoalDocument,
    PlaybookDocument,
    Section,
    UnverifiedDocument,
    Value,
    write_playbook,
)


def playbook_text(playbook: Playbook) -> str:
    """The file of this one version."""
    return write_playbook(playbook_document(playbook))


def playbook_document(playbook: Playbook) -> PlaybookDocument:
    """What the file states, every value as text."""
    return PlaybookDocument(
        team=playbook.team,
        effective_from=playbook.effective_from.isoformat(),
        message=playbook.message,
        behaviours=tuple(map(_behaviour, playbook.behaviours)),
        goals=tuple(map(_goal, playbook.goals)),
        unverified=_unverified(playbook.unverified) if playbook.unverified is not None else None,
    )


def _behaviour(behaviour: Behaviour) -> BehaviourDocument:
    return BehaviourDocument(
        key=behaviour.key,
        label=behaviour.label,
        reason=behaviour.reason,
        counts=_counts(behaviour.counts),
        targets=tuple(map(exact_text, behaviour.targets)),
        weight=exact_text(behaviour.weight),
        cap=exact_text(behaviour.cap),
    )


def _goal(goal: Goal) -> GoalDocument:
    return GoalDocument(
        key=goal.key,
        label=goal.label,
        counts=_counts(goal.counts),
        period=goal.period,
        step=str(goal.step),
        step_min=str(goal.step_min) if goal.step_min is not None else "",
        step_max=str(goal.step_max) if goal.step_max is not None else "",
    )


def _counts(counts: Filter) -> Section:
    section: dict[str, Value] = {}
    for condition in counts.conditions:
        assert condition.fact.filter is not None
        section[condition.fact.filter.key] = _threshold(condition.threshold)
    return section


def _threshold(threshold: Threshold) -> Value:
    if isinstance(threshold, frozenset):
        return tuple(sorted(threshold))
    return exact_text(Fraction(str(threshold))) if isfinite(threshold) else str(threshold)


def _unverified(unverified: UnverifiedRules) -> UnverifiedDocument:
    rules: dict[str, Section] = {}
    if (bursts := unverified.bursts) is not None:
        rules["bursts"] = _rule(bursts, more_than=bursts.more_than, within_s=bursts.within_s)
    if (overlaps := unverified.overlaps) is not None:
        rules["overlaps"] = _rule(overlaps, more_than_s=overlaps.more_than_s)
    if (contact := unverified.same_contact) is not None:
        rules["same_contact"] = _rule(contact, more_than=contact.more_than)
    return UnverifiedDocument(counts="true" if unverified.counts else "false", rules=rules)


def _rule(rule: Bursts | Overlaps | SameContact, **limits: int) -> Section:
    section: dict[str, Value] = {key: str(limit) for key, limit in limits.items()}
    kinds: Kinds = rule.kinds
    if kinds is not None:
        section["kinds"] = tuple(sorted(kinds))
    return section


def exact_text(value: Fraction) -> str:
    """A number that was written as a decimal, exactly and as short as possible: `6`, `1.5`."""
    places = 0
    while value.denominator != 1:
        value *= 10
        places += 1
    sign, digits = "-" * (value < 0), str(abs(value.numerator)).rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"
