"""A playbook in words, and what differs between two of them: for people who are judged by it."""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import groupby
from typing import Final

from services.scoring.domain.playbook.playbook import Behaviour, Filter, Goal, Playbook
from services.scoring.domain.playbook.unverified import Kinds, Unverified

_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_RUN_MIN: Final = 3


def counts_in_words(wanted: Filter) -> str:
    """What counts: `call, of at least 120 s, connected, outbound`."""
    said = [_either(wanted.kinds) if wanted.kinds is not None else "any activity"]
    if wanted.min_duration_s is not None:
        said.append(f"of at least {wanted.min_duration_s:g} s")
    said += [_either(allowed) for allowed in (wanted.outcomes, wanted.directions) if allowed is not None]
    if wanted.min_amount is not None:
        said.append(f"worth at least {wanted.min_amount:f}")
    if wanted.stages is not None:
        said.append(f"in stage {' or '.join(sorted(wanted.stages))}")
    return ", ".join(said)


def unverified_in_words(rules: Unverified | None) -> tuple[str, ...]:
    """What is marked as unverified, a sentence each, and whether it counts. Empty where nothing is."""
    if rules is None:
        return ()
    said = []
    if rules.bursts is not None:
        bursts = rules.bursts
        said.append(f"Unverified: begun within {bursts.within_s} s of {bursts.more_than} earlier ones{_only(bursts.kinds)}.")
    if rules.overlaps is not None:
        by = f" more than {rules.overlaps.more_than_s} s" if rules.overlaps.more_than_s else ""
        said.append(f"Unverified: begun{by} before an earlier one had ended{_only(rules.overlaps.kinds)}.")
    if rules.same_contact is not None:
        contact = rules.same_contact
        said.append(f"Unverified: with the same contact as {contact.more_than} earlier ones of the day{_only(contact.kinds)}.")
    if said:
        said.append(f"What is unverified is marked, and {'counts' if rules.counts else 'does not count'}.")
    return tuple(said)


def changes_in_words(before: Playbook, after: Playbook) -> tuple[str, ...]:
    """What differs for who was judged by the one and will be by the other, a sentence each; empty where nothing does."""
    return (
        *_behaviours(before.behaviours, after.behaviours),
        *_goals(before.goals, after.goals),
        *_unverified(before.unverified, after.unverified),
    )


def targets_in_words(targets: Sequence[Fraction]) -> str:
    """One number per weekday, Monday first: `10 a day`, or `12 on Monday and Tuesday, 6 on Friday`."""
    if len(set(targets)) == 1:
        return f"{_number(targets[0])} a day" if targets[0] else "no target"
    numbers = sorted({target for target in targets if target}, key=targets.index)
    return ", ".join(f"{_number(number)} on {_days([target == number for target in targets])}" for number in numbers)


def _behaviours(before: Sequence[Behaviour], after: Sequence[Behaviour]) -> Iterator[str]:
    old, new = {one.key: one for one in before}, {one.key: one for one in after}
    for key, one in new.items():
        if key in old:
            yield from _behaviour(old[key], one)
        else:
            what = f"{targets_in_words(one.targets)}, weight {_number(one.weight)}"
            yield f"New: {one.label}, {what}. It counts: {counts_in_words(one.counts)}."
    for key in old.keys() - new.keys():
        yield f"No longer asked for: {old[key].label}."


def _behaviour(old: Behaviour, new: Behaviour) -> Iterator[str]:
    label = new.label
    if new.label != old.label:
        yield f"{label} is the new name of {old.label}."
    for what, was, is_now in (
        ("target", targets_in_words(old.targets), targets_in_words(new.targets)),
        ("weight", _number(old.weight), _number(new.weight)),
        ("cap", f"{_number(old.cap)} times the target", f"{_number(new.cap)} times the target"),
        ("what counts", counts_in_words(old.counts), counts_in_words(new.counts)),
    ):
        if was != is_now:
            yield f"{label}, {what}: {is_now}; before: {was}."


def _goals(before: Sequence[Goal], after: Sequence[Goal]) -> Iterator[str]:
    old, new = {one.key: one for one in before}, {one.key: one for one in after}
    for key, one in new.items():
        if key not in old:
            yield f"New goal: {one.label}, {_steps(one)}. It counts: {counts_in_words(one.counts)}."
            continue
        if one.label != old[key].label:
            yield f"{one.label} is the new name of the goal {old[key].label}."
        for what, was, is_now in (
            ("steps", _steps(old[key]), _steps(one)),
            ("what counts", counts_in_words(old[key].counts), counts_in_words(one.counts)),
        ):
            if was != is_now:
                yield f"Goal {one.label}, {what}: {is_now}; before: {was}."
    for key in old.keys() - new.keys():
        yield f"No longer a goal: {old[key].label}."


def _unverified(before: Unverified | None, after: Unverified | None) -> Iterator[str]:
    was, is_now = unverified_in_words(before), unverified_in_words(after)
    if was != is_now:
        yield "What is unverified, and whether it counts, changes." if is_now else "Nothing is marked as unverified any more."


def _steps(goal: Goal) -> str:
    sizes = f", then of {goal.step_min} to {goal.step_max} by your own weeks" if goal.step_min is not None else ""
    return f"in steps of {goal.step} a {goal.period}{sizes}"


def _only(kinds: Kinds) -> str:
    return f" (only {_either(kinds)})" if kinds is not None else ""


def _either(words: Iterable[str]) -> str:
    return " or ".join(word.replace("_", " ") for word in sorted(words))


def _number(value: Fraction) -> str:
    return f"{value.numerator}" if value.denominator == 1 else f"{float(value):g}"


def _days(chosen: Sequence[bool]) -> str:
    """`Monday to Friday`, `Monday, Tuesday and Friday`."""
    said: list[str] = []
    for is_chosen, days in groupby(range(len(_WEEKDAYS)), key=lambda day: chosen[day]):
        names = [_WEEKDAYS[day] for day in days]
        if is_chosen:
            said += [f"{names[0]} to {names[-1]}"] if len(names) >= _RUN_MIN else names
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"
