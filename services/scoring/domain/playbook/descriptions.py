"""Playbooks in words, for the people whom they judge: targets, unverified rules, and what differs between two versions."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import groupby
from typing import Final

from services.scoring.domain.playbook.filters import describe_filter
from services.scoring.domain.playbook.playbook import Behaviour, Goal, Playbook
from services.scoring.domain.playbook.unverified_rules import Kinds, UnverifiedRules
from shared.languages.formats import weekday_names, with_decimal_sign
from shared.languages.grammar import either, joined
from shared.languages.messages import gettext, marked, pgettext, pmarked
from shared.languages.value_names import kind_name

_WEEKDAYS: Final = (
    pmarked("on these weekdays", "Monday"),
    pmarked("on these weekdays", "Tuesday"),
    pmarked("on these weekdays", "Wednesday"),
    pmarked("on these weekdays", "Thursday"),
    pmarked("on these weekdays", "Friday"),
    pmarked("on these weekdays", "Saturday"),
    pmarked("on these weekdays", "Sunday"),
)
_RUN_MIN: Final = 3
_AFRESH: Final = {
    "week": marked("counted afresh each week"),
    "month": marked("counted afresh each month"),
    "quarter": marked("counted afresh each quarter"),
}


def describe_unverified(rules: UnverifiedRules | None) -> tuple[str, ...]:
    """What is marked as unverified, one sentence per rule, and whether it counts. Empty if nothing is marked."""
    if rules is None:
        return ()
    sentences = []
    if rules.bursts is not None:
        bursts = rules.bursts
        sentence = gettext("Unverified: began within {seconds} s of {count} earlier ones{only}.")
        sentences.append(sentence.format(seconds=bursts.within_s, count=bursts.more_than, only=_only(bursts.kinds)))
    if rules.overlaps is not None:
        seconds = rules.overlaps.more_than_s
        sentence = (
            gettext("Unverified: began more than {seconds} s before an earlier one had ended{only}.")
            if seconds
            else gettext("Unverified: began before an earlier one had ended{only}.")
        )
        sentences.append(sentence.format(seconds=seconds, only=_only(rules.overlaps.kinds)))
    if rules.same_contact is not None:
        contact = rules.same_contact
        sentence = gettext("Unverified: same contact as {count} earlier ones that day{only}.")
        sentences.append(sentence.format(count=contact.more_than, only=_only(contact.kinds)))
    if sentences:
        sentences.append(
            gettext("Unverified activities are marked and count.")
            if rules.counts
            else gettext("Unverified activities are marked and do not count.")
        )
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
        return gettext("{number} a day").format(number=_number(first)) if first else gettext("no target")
    numbers = [number for number in (first, *others) if number]
    return ", ".join(_on_days(number, [target == number for target in targets]) for number in numbers)


def _behaviour_changes(before: Sequence[Behaviour], after: Sequence[Behaviour]) -> Iterator[str]:
    old, new = {behaviour.key: behaviour for behaviour in before}, {behaviour.key: behaviour for behaviour in after}
    for key, behaviour in new.items():
        if key in old:
            sentences = list(_differences(old[key], behaviour))
        else:
            sentence = gettext("New: {label}, {targets}, weight {weight}. What counts: {counts}.").format(
                label=behaviour.label,
                targets=describe_targets(behaviour.targets),
                weight=_number(behaviour.weight),
                counts=describe_filter(behaviour.counts),
            )
            sentences = [sentence]
        if sentences and behaviour.reason:
            sentences[-1] += " " + gettext("Why: “{reason}”").format(reason=behaviour.reason)
        yield from sentences
    for behaviour in before:
        if behaviour.key not in new:
            yield gettext("No longer part of the plan: {label}.").format(label=behaviour.label)


def _differences(old: Behaviour, new: Behaviour) -> Iterator[str]:
    label = new.label
    if new.label != old.label:
        yield gettext("{label} is the new name of {former}.").format(label=label, former=old.label)
    for sentence, was, is_now in (
        (
            gettext("{label}: target {now} (before: {before})."),
            describe_targets(old.targets),
            describe_targets(new.targets),
        ),
        (gettext("{label}: weight {now} (before: {before})."), _number(old.weight), _number(new.weight)),
        (
            gettext("{label}: counts up to {now} times the target (before: {before} times the target)."),
            _number(old.cap),
            _number(new.cap),
        ),
        (
            gettext("{label}: what counts is now {now} (before: {before})."),
            describe_filter(old.counts),
            describe_filter(new.counts),
        ),
    ):
        if was != is_now:
            yield sentence.format(label=label, now=is_now, before=was)


def _goal_changes(before: Sequence[Goal], after: Sequence[Goal]) -> Iterator[str]:
    old, new = {goal.key: goal for goal in before}, {goal.key: goal for goal in after}
    for key, goal in new.items():
        if key not in old:
            yield gettext("New goal: {label}, {steps}. What counts: {counts}.").format(
                label=goal.label, steps=_steps(goal), counts=describe_filter(goal.counts)
            )
            continue
        if goal.label != old[key].label:
            yield gettext("{label} is the new name of the goal {former}.").format(label=goal.label, former=old[key].label)
        for sentence, was, is_now in (
            (gettext("Goal {label}: {now} (before: {before})."), _steps(old[key]), _steps(goal)),
            (
                gettext("Goal {label}: what counts is now {now} (before: {before})."),
                describe_filter(old[key].counts),
                describe_filter(goal.counts),
            ),
        ):
            if was != is_now:
                yield sentence.format(label=goal.label, now=is_now, before=was)
    for goal in before:
        if goal.key not in new:
            yield gettext("No longer a goal: {label}.").format(label=goal.label)


def _unverified_changes(before: UnverifiedRules | None, after: UnverifiedRules | None) -> Iterator[str]:
    was, is_now = describe_unverified(before), describe_unverified(after)
    if was != is_now:
        new_rules = gettext("There are new rules for marking activities as unverified; your page lists them.")
        yield new_rules if is_now else gettext("No activity is marked as unverified any more.")


def _steps(goal: Goal) -> str:
    counted = gettext(_AFRESH[goal.period])
    if goal.step_min is None:
        return gettext("steps of {step}, {counted}").format(step=goal.step, counted=counted)
    sentence = gettext("steps of {step} at first, then {smallest} to {largest} depending on your recent weeks; {counted}")
    return sentence.format(step=goal.step, smallest=goal.step_min, largest=goal.step_max, counted=counted)


def _only(kinds: Kinds) -> str:
    if kinds is None:
        return ""
    return " " + gettext("({kinds} only)").format(kinds=either([kind_name(kind) for kind in sorted(kinds)]))


def _number(value: Fraction) -> str:
    return with_decimal_sign(f"{value.numerator}" if value.denominator == 1 else f"{float(value):g}")


def _on_days(number: Fraction, is_chosen: Sequence[bool]) -> str:
    """`10 a day from Monday to Friday`, or `12 on Monday, Tuesday and Friday`."""
    runs = [list(days) for in_run, days in groupby(range(len(_WEEKDAYS)), key=lambda day: is_chosen[day]) if in_run]
    if len(runs) == 1 and len(runs[0]) >= _RUN_MIN:
        names = weekday_names()
        sentence = gettext("{number} a day from {first} to {last}")
        return sentence.format(number=_number(number), first=names[runs[0][0]], last=names[runs[0][-1]])
    parts: list[str] = []
    for run in runs:
        names = [pgettext("on these weekdays", _WEEKDAYS[day]) for day in run]
        is_long = len(names) >= _RUN_MIN
        parts += [gettext("{first} to {last}").format(first=names[0], last=names[-1])] if is_long else names
    return gettext("{number} on {days}").format(number=_number(number), days=joined(parts))
