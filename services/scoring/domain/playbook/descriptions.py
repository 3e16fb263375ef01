"""Playbooks in words, for the people whom they judge: targets, unverified rules, and what differs between two versions."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import groupby
from typing import Final

from services.scoring.domain.playbook.filters import describe_filter
from services.scoring.domain.playbook.playbook import Behaviour, Goal, Playbook
from services.scoring.domain.playbook.unverified_rules import Kinds, UnverifiedRules

_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_RUN_MIN: Final = 3


def describe_unverified(rules: UnverifiedRules | None) -> tuple[str, ...]:
    """What is marked as unverified, one sentence per rule, and whether it counts. Empty if nothing is marked."""
    if rules is None:
        return ()
    sentences = []
    if rules.bursts is not None:
        bursts = rules.bursts
        earlier = f"{bursts.within_s} s of {bursts.more_than} earlier ones"
        sentences.append(f"Unverified: began within {earlier}{_only(bursts.kinds)}.")
    if rules.overlaps is not None:
        overlap = f" more than {rules.overlaps.more_than_s} s" if rules.overlaps.more_than_s else ""
        sentences.append(f"Unverified: began{overlap} before an earlier one had ended{_only(rules.overlaps.kinds)}.")
    if rules.same_contact is not None:
        contact = rules.same_contact
        sentences.append(f"Unverified: same contact as {contact.more_than} earlier ones that day{_only(contact.kinds)}.")
    if sentences:
        sentences.append(f"Unverified activities are marked and {'count' if rules.counts else 'do not count'}.")
    return tuple(sentences)


def describe_changes(before: Playbook, after: Playbook) -> tuple[str, ...]:
    """What differs for a rep who was judged by one version and will be judged by another, one sentence each. The last one about
    a behaviour is followed by the reason for it, in the manager's words."""
    return (
        *_behaviour_changes(before.behaviours, after.behaviours),
        *_goal_changes(before.goals, after.goals),
        *_unverified_changes(before.unverified, after.unverified),
    )


def describe_targets(targets: Sequence[Fraction]) -> str:
    """One number per weekday, Monday first, as `10 a day`, `10 a day from Monday to Friday` or `12 on Monday and Tuesday, 6 on
    Friday`."""
    first, *others = dict.fromkeys(targets)
    if not others:
        return f"{_number(first)} a day" if first else "no target"
    numbers = [number for number in (first, *others) if number]
    return ", ".join(f"{_number(number)} {_days([target == number for target in targets])}" for number in numbers)


def _behaviour_changes(before: Sequence[Behaviour], after: Sequence[Behaviour]) -> Iterator[str]:
    old, new = {behaviour.key: behaviour for behaviour in before}, {behaviour.key: behaviour for behaviour in after}
    for key, behaviour in new.items():
        if key in old:
            sentences = list(_differences(old[key], behaviour))
        else:
            demand = f"{describe_targets(behaviour.targets)}, weight {_number(behaviour.weight)}"
            sentences = [f"New: {behaviour.label}, {demand}. What counts: {describe_filter(behaviour.counts)}."]
        if sentences and behaviour.reason:
            sentences[-1] += f" Why: “{behaviour.reason}”"
        yield from sentences
    for behaviour in before:
        if behaviour.key not in new:
            yield f"No longer part of the plan: {behaviour.label}."


def _differences(old: Behaviour, new: Behaviour) -> Iterator[str]:
    label = new.label
    if new.label != old.label:
        yield f"{label} is the new name of {old.label}."
    for aspect, was, is_now in (
        ("target", describe_targets(old.targets), describe_targets(new.targets)),
        ("weight", _number(old.weight), _number(new.weight)),
        ("counts up to", f"{_number(old.cap)} times the target", f"{_number(new.cap)} times the target"),
        ("what counts is now", describe_filter(old.counts), describe_filter(new.counts)),
    ):
        if was != is_now:
            yield f"{label}: {aspect} {is_now} (before: {was})."


def _goal_changes(before: Sequence[Goal], after: Sequence[Goal]) -> Iterator[str]:
    old, new = {goal.key: goal for goal in before}, {goal.key: goal for goal in after}
    for key, goal in new.items():
        if key not in old:
            yield f"New goal: {goal.label}, {_steps(goal)}. What counts: {describe_filter(goal.counts)}."
            continue
        if goal.label != old[key].label:
            yield f"{goal.label} is the new name of the goal {old[key].label}."
        for aspect, was, is_now in (
            ("", _steps(old[key]), _steps(goal)),
            ("what counts is now ", describe_filter(old[key].counts), describe_filter(goal.counts)),
        ):
            if was != is_now:
                yield f"Goal {goal.label}: {aspect}{is_now} (before: {was})."
    for goal in before:
        if goal.key not in new:
            yield f"No longer a goal: {goal.label}."


def _unverified_changes(before: UnverifiedRules | None, after: UnverifiedRules | None) -> Iterator[str]:
    was, is_now = describe_unverified(before), describe_unverified(after)
    if was != is_now:
        new_rules = "There are new rules for marking activities as unverified; your page lists them."
        yield new_rules if is_now else "No activity is marked as unverified any more."


def _steps(goal: Goal) -> str:
    counted = f"counted afresh each {goal.period}"
    if goal.step_min is None:
        return f"steps of {goal.step}, {counted}"
    return f"steps of {goal.step} at first, then {goal.step_min} to {goal.step_max} depending on your recent weeks; {counted}"


def _only(kinds: Kinds) -> str:
    return f" ({' or '.join(sorted(kinds)).replace('_', ' ')} only)" if kinds is not None else ""


def _number(value: Fraction) -> str:
    return f"{value.numerator}" if value.denominator == 1 else f"{float(value):g}"


def _days(is_chosen: Sequence[bool]) -> str:
    """`a day from Monday to Friday`, or `on Monday, Tuesday and Friday`."""
    runs = [list(days) for in_run, days in groupby(range(len(_WEEKDAYS)), key=lambda day: is_chosen[day]) if in_run]
    parts: list[str] = []
    for run in runs:
        names = [_WEEKDAYS[day] for day in run]
        parts += [f"{names[0]} to {names[-1]}"] if len(names) >= _RUN_MIN else names
    *others, last = parts
    if len(runs) == 1 and not others and len(runs[0]) >= _RUN_MIN:
        return f"a day from {last}"
    return f"on {', '.join(others)} and {last}" if others else f"on {last}"
