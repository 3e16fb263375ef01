"""What praise claims about a day, read from its text, and whether the day as it was reported by then bears it out."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from services.nudges.domain.history import are_targets_met, is_plan_done
from services.nudges.domain.phrases import lowered, noun
from shared.events import BehaviourResult, DayReport

_NUMBER: Final = r"(\d+(?:\.\d+)?)"
_SCORE: Final = re.compile(rf"\bscored? (?:of |reached |got back to |at )?{_NUMBER}\b(?! or)")
_WORKING_DAYS: Final = re.compile(r"\b(\d+) working days(?! below)")
_PLAN: Final = re.compile(r"\b(?:plan done|(?:met|reached|hit|kept to|finished|completed) your plan|on plan)\b", re.IGNORECASE)
_ALL: Final = re.compile(r"\b(?:all|every one)(?: of)? (?:your |the )?targets\b", re.IGNORECASE)
_IS_ABOUT_A_RUN: Final = re.compile(r"\bon plan\b|\brunning\b|\bin a row\b")


def check_claims(text: str, report: DayReport, before: Sequence[DayReport]) -> list[bool]:
    """For each claim of a text about the day of a report, whether it is true. `before` are the worked days before it, newest
    first. Claims: a number of a behaviour, a target, a score, a run of days on plan, a plan done, and all targets met."""
    claims = [claim for behaviour in report.behaviours for claim in _check_numbers(text, behaviour)]
    claims += [
        report.score is not None and Decimal(text_number) == report.score.quantize(Decimal(1))
        for text_number in _SCORE.findall(text)
    ]
    if _IS_ABOUT_A_RUN.search(text):
        claims += [_has_run(int(text_number), [report, *before]) for text_number in _WORKING_DAYS.findall(text)]
    if _PLAN.search(text):
        claims.append(is_plan_done(report))
    if _ALL.search(text):
        claims.append(are_targets_met(report))
    return claims


def _check_numbers(text: str, behaviour: BehaviourResult) -> Iterator[bool]:
    """`2 of 3 meetings`, `12 calls (10 planned)`, `12 calls`, `no calls`."""
    label = "|".join(re.escape(form) for form in {lowered(behaviour.label), noun(behaviour.label, 1)})
    for count, target in re.findall(rf"\b(\d+) of {_NUMBER} (?:{label})\b", text):
        yield int(count) == behaviour.count and Decimal(target) == behaviour.target
    for count, target in re.findall(rf"(?<! of )\b(\d+) (?:{label})\b(?: \({_NUMBER} planned\))?", text):
        yield int(count) == behaviour.count and (not target or Decimal(target) == behaviour.target)
    if re.search(rf"\bno (?:{label})\b", text):
        yield behaviour.count == 0


def _has_run(length: int, days: Sequence[DayReport]) -> bool:
    """Whether the newest day, and so many in all, are on plan, with at most one miss in between for each ten of them and one
    more: a streak forgives one a month."""
    newest = days[: length + length // 10 + 1]
    return bool(newest) and is_plan_done(newest[0]) and sum(map(is_plan_done, newest)) >= length
