"""What an activity counts for."""

from collections.abc import Iterable

from services.scoring.domain.activities.activity import Activity
from services.scoring.domain.playbook.filters import Filter
from services.scoring.domain.playbook.playbook import Behaviour, Goal
from shared.events import BehaviourKey, GoalKey
from shared.facts import KIND


def counted_behaviours(activity: Activity, behaviours: Iterable[Behaviour]) -> tuple[BehaviourKey, ...]:
    """The keys of the behaviours that the activity counts for, in alphabetical order."""
    return tuple(sorted(behaviour.key for behaviour in behaviours if counts(activity, behaviour.counts)))


def counted_goals(activity: Activity, goals: Iterable[Goal]) -> tuple[GoalKey, ...]:
    """The keys of the goals that the activity counts for, in alphabetical order."""
    return tuple(sorted(goal.key for goal in goals if counts(activity, goal.counts)))


def counts(activity: Activity, wanted: Filter) -> bool:
    """Whether the activity passes the filter. A deleted one never does."""
    return not activity.is_deleted and all(
        fact.holds(activity.value_of(fact), threshold) for fact, threshold in wanted.conditions
    )


def is_of_kind(activity: Activity, wanted: Filter) -> bool:
    """Whether the activity is of a kind that passes the filter, whatever its other facts are."""
    kinds = Filter(tuple(condition for condition in wanted.conditions if condition.fact is KIND))
    return explain_failure(activity, kinds) is None


def explain_failure(activity: Activity, wanted: Filter) -> str | None:
    """The first condition that does not hold, as a phrase for people; None if all hold.

    A condition does not hold while its fact is unknown.
    """
    for fact, threshold in wanted.conditions:
        failure = fact.explain_failure(activity.value_of(fact), threshold)
        if failure is not None:
            return failure
    return None
