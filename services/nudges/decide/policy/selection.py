"""Which of the celebrations that a day calls for may speak."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from services.nudges.context.rule_context import Situation
from services.nudges.decide.policy.may_send import is_resting
from services.nudges.domain.candidate import Called, Rule
from services.nudges.domain.recent_nudges import Said


def calls_of(rules: Mapping[str, Rule], situation: Situation) -> list[Called]:
    """What the rules call for, in their order."""
    return [called for rule in rules.values() if (called := rule(situation)) is not None]


def is_outdone(rule: str, day: date, *, by: Collection[tuple[str, date]], praise: Collection[str]) -> bool:
    """Whether what is said before it, as rules and days, praises the same day already."""
    return rule in praise and any(other in praise and day == on for other, on in by)


def may_still_speak(
    calls: Sequence[Called], *, priorities: Mapping[str, int], heard: Collection[str], said: Sequence[Said], day: date
) -> list[Called]:
    """Those that are worth more than what the day has already led to, so that one day of work is praised once, and anew only
    for something greater. A rule that rests on the day leaves its place to the next."""
    reached = min((priorities[rule] for rule in heard), default=len(priorities))
    return [called for called in calls if priorities[called.rule] < reached and not is_resting(called, said, day)]
