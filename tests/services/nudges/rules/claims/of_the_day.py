"""Claims about one day: counts, targets, the score, the plan."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from shared.events import BehaviourResult, DayReport
from tests.services.nudges.rules.claims.days import behaviours_below, met_every_target, scored_100
from tests.services.nudges.rules.claims.praised import Praised, label_pattern
from tests.services.nudges.rules.claims.reader import DAY, NUMBER, Form, date_in

_PLAN_DONE: Final = "|".join(
    (
        r"\b[Pp]lan (?:done|reached)\b",
        r"\b[Yy]ou (?:met|reached|hit|finished|completed|kept to) your plan\b",
        r"\bYou got your plan done\b",
        r"\bYour plan, done\b",
        r"\bThat's your plan done\b",
        r"\bYou(?:'re| were) on plan\b",
        r"\byou did what you set out to do\b",
        rf"\ADone(?= {DAY})",
    )
)


def forms_of_the_day(praised: Praised) -> Iterator[Form]:
    """Everything that is true or false by the day's own report."""
    report = praised.report
    yield from _forms_of_the_plan(praised)
    for behaviour in sorted(report.behaviours, key=lambda result: len(result.label), reverse=True):
        yield from forms_of_counts(behaviour)
    yield Form(
        rf"\b(?:[Ss]core (?:of|reached|at|\W to|for {DAY} is)|[Ss]cored|Your score {DAY}, \W:) ({NUMBER})(?! or)",
        lambda match: is_shown(report.score, match[1]),
    )
    yield Form(rf"\b{DAY}\b", lambda match: date_in(match[0], today=praised.today) == report.day)


def forms_of_counts(behaviour: BehaviourResult) -> Iterator[Form]:
    """`2 of 3 meetings`, `12 calls (10 planned)`, `12 calls`, `no calls`."""
    label, count, target = label_pattern(behaviour.label), behaviour.count, behaviour.target
    yield Form(rf"\b(\d+) of ({NUMBER}) {label}", lambda match: int(match[1]) == count <= target == Decimal(match[2]))
    yield Form(rf"\b(\d+) {label} \(({NUMBER}) planned\)", lambda match: int(match[1]) == count > target == Decimal(match[2]))
    yield Form(rf"(?<!of )\b(\d+|[Nn]o) {label}", lambda match: int(match[1] if match[1].isdigit() else 0) == count)


def is_shown(score: Decimal | None, text: str) -> bool:
    """Whether a score may be shown as this whole number."""
    return score is not None and abs(score - Decimal(text)) <= Decimal("0.5")


def _forms_of_the_plan(praised: Praised) -> Iterator[Form]:
    report = praised.report
    below = behaviours_below(report)

    def lists_all_below(match: re.Match[str]) -> bool:
        is_still_open = report.day == praised.today
        return (match[1] == "Still below") is is_still_open and _listed(match[2], report) == below != []

    yield Form(r"\b(Still below|Below) target: (.+?)\.(?=\s|\Z)", lists_all_below)
    yield Form(
        r"\bmore of one thing made up for less of another \((.+)\)",
        lambda match: bool(scored_100(report) and below and _listed(match[1], report) == _planned(report)),
    )
    yield Form(r"\ball of your targets are met\b", lambda _: met_every_target(report))
    yield Form(_PLAN_DONE, lambda _: met_every_target(report))


def _planned(report: DayReport) -> list[BehaviourResult]:
    return [behaviour for behaviour in report.behaviours if behaviour.target]


def _listed(text: str, report: DayReport) -> list[BehaviourResult]:
    """The behaviours of a list in which each stands with its count and its target, both right; nothing if any is wrong."""
    parts = re.split(r", | and ", text)
    listed = [behaviour for part in parts for behaviour in report.behaviours if _is_progress(part, behaviour)]
    return listed if len(listed) == len(parts) else []


def _is_progress(text: str, behaviour: BehaviourResult) -> bool:
    label = label_pattern(behaviour.label)
    match = re.fullmatch(rf"(\d+) of ({NUMBER}) {label}|(\d+) {label} \(({NUMBER}) planned\)", text)
    if match is None:
        return False
    count, target = match[1] or match[3], match[2] or match[4]
    return int(count) == behaviour.count and Decimal(target) == behaviour.target
