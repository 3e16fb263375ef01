"""Claims about the days before a day: comebacks, streaks, records, firsts and weeks."""

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Final

from shared.events import BehaviourResult
from tests.services.nudges.rules.claims.days import (
    count_on,
    is_active,
    met_every_target,
    missed_before,
    quarter_of,
    scored_100,
    streak_of,
    week_of,
)
from tests.services.nudges.rules.claims.of_the_day import is_shown
from tests.services.nudges.rules.claims.praised import Praised, label_pattern
from tests.services.nudges.rules.claims.reader import COUNT, DAY, LONG_DATE, Form, count_in, date_in, is_week, last_weekday

COMPARED_DAYS_MIN: Final = 10
"""Against fewer active days nothing is a best, and after fewer nothing is a first."""
STEADY_DAYS_MIN: Final = 3
_SLOW_DAYS_COUNTED_MAX: Final = 5
_WEEK: Final = rf"(this week|last week|in the week of {LONG_DATE})"
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def forms_of_days_before(praised: Praised) -> Iterator[Form]:
    """Everything that is true or false by the reports of the days up to the day."""
    yield from _forms_of_weeks(praised)
    yield from _forms_of_comebacks(praised)
    yield from _forms_of_streaks(praised)
    yield from _forms_of_records(praised)
    for behaviour in praised.report.behaviours:
        yield _form_of_firsts(praised, behaviour)


def _forms_of_weeks(praised: Praised) -> Iterator[Form]:
    report, week = praised.report, week_of(praised.report, praised.before)
    monday, lowest = report.day - timedelta(days=report.day.weekday()), min(day.score or Decimal(0) for day in week)

    def is_steady(phrase: str, score: str, length: int = len(week)) -> bool:
        return STEADY_DAYS_MIN <= length == len(week) and int(score) <= lowest and is_week(phrase, monday, today=praised.today)

    yield Form(
        rf"\b(\d+) working days {_WEEK}, and no score below (\d+)", lambda match: is_steady(match[2], match[3], int(match[1]))
    )
    yield Form(rf"\byou scored (\d+) or better on every working day {_WEEK}", lambda match: is_steady(match[2], match[1]))
    yield Form(
        rf"(?:Every one of your|All) (\d+) working days {_WEEK} (?:scored|have a score of) (\d+) or (?:above|more)",
        lambda match: is_steady(match[2], match[3], int(match[1])),
    )


def _forms_of_comebacks(praised: Praised) -> Iterator[Form]:
    missed, report = missed_before(praised.before), praised.report
    is_back = len(missed) > 1 and scored_100(report)

    def lists_them(match: re.Match[str]) -> bool:
        if match["since"]:
            is_listed = date_in(match["since"], today=praised.today) == missed[-1].day
        else:
            names = match["names"].split(", ")
            listed = [last_weekday(_WEEKDAYS.index(name), today=praised.today) for name in names]
            is_listed = listed == [day.day for day in reversed(missed)]
        return count_in(match[1]) == len(missed) and is_listed

    yield Form(rf"\bafter ({COUNT}) missed days? \((?:since (?P<since>{LONG_DATE})|(?P<names>[\w, ]+))\)", lists_them)
    yield Form(rf"\bafter ({COUNT}) (?:slow days?|days? below plan)\b", lambda match: count_in(match[1]) == len(missed))
    yield Form(r"\bafter a slow stretch\b", lambda _: len(missed) > _SLOW_DAYS_COUNTED_MAX)
    yield Form(
        r"\bYou're back on plan\b|\bYou got back on plan\b|\bYou made it back to your plan\b|\byou hit your plan again\b",
        lambda _: is_back and met_every_target(report),
    )
    yield Form(r"\bThat's a comeback\b|\bYou turned it around\b|\bNice recovery\b|\bgot back(?= to)", lambda _: is_back)


def _forms_of_streaks(praised: Praised) -> Iterator[Form]:
    done, repaired = streak_of([praised.report, *praised.before])
    is_all_on_plan = all(map(met_every_target, done))

    def is_as_long(match: re.Match[str]) -> bool:
        is_on_plan = re.search(r"\bplan\b", match[0], re.IGNORECASE) is not None
        is_its_day = not match["day"] or date_in(match["day"], today=praised.today) == praised.report.day
        is_a_row = re.search(r"\bin a row\b|\brunning\b", match[0]) is not None
        return (
            _days_in(match) + 1 == len(done) > 1
            and (is_all_on_plan or not is_on_plan)
            and not (is_a_row and repaired)
            and is_its_day
        )

    plan, hit = (
        r"(?:on plan|with a score of 100 or more)",
        rf"\byou (?:hit your plan|scored 100 or more) (?P<day>{DAY})\. That's",
    )
    yield Form(rf"(?:{hit} )?\b(?P<length>\d+) working days (?:(?:in a row )?{plan}|running\b)", is_as_long)
    yield Form(
        rf"\b(?:Plan reached|A score of 100 or more) (?P<day>{DAY}) and on (?P<before>\d+) working days before that", is_as_long
    )
    yield Form(rf"\bYou made up for ({COUNT}) missed days? along the way\b", lambda match: count_in(match[1]) == repaired > 0)
    yield Form(r"\bYour streak reached\b|\bYou did it again\b", lambda _: len(done) > 1)


def _days_in(match: re.Match[str]) -> int:
    """How many days before the day are spoken of: in `N working days` the day itself is one of them."""
    fields = match.groupdict()
    return int(fields["before"]) if "before" in fields else int(fields["length"]) - 1


def _forms_of_records(praised: Praised) -> Iterator[Form]:
    labels = label_pattern(*(behaviour.label for behaviour in praised.report.behaviours))
    best = rf"(?:(?P<count>\d+) (?P<label>{labels})|\b[Aa] score of (?P<score>\d+)) (?P<day>{DAY})"
    length, before, previous = r"(?P<length>\d+) working days", r"(?P<before>\d+) working days", r"(?P<previous>\d+)"
    for pattern in (
        rf"{best}: your best in {length}\. The best before that was {previous}",
        rf"Your best in {length}, \W: {best}\. Before that it was {previous}",
        rf"{best}, your best in {length}\. It was {previous} before",
        rf"{best}\. Your best of the {before} before that was {previous}",
        rf"{best}\. On the {before} before that under the same playbook version, the best was {previous}",
    ):
        yield Form(pattern, lambda match: _is_record(match, praised))


def _is_record(match: re.Match[str], praised: Praised) -> bool:
    """Whether the day is above so many active days before it, ten or more, and the best of these is the one that is named."""
    report, length = praised.report, _days_in(match)
    compared = [day for day in praised.before if is_active(day)][:length]
    if len(compared) < max(length, COMPARED_DAYS_MIN) or date_in(match["day"], today=praised.today) != report.day:
        return False
    previous = match["previous"]
    if match["score"]:
        highest = max(day.score or Decimal(0) for day in compared)
        is_higher = int(match["score"]) > int(previous)
        return is_higher and is_shown(report.score, match["score"]) and is_shown(highest, previous)
    behaviour = next(result for result in report.behaviours if re.fullmatch(label_pattern(result.label), match["label"]))
    most = max(count_on(day, behaviour.key) or 0 for day in compared)
    return int(match["count"]) == behaviour.count > most == int(previous)


def _form_of_firsts(praised: Praised, behaviour: BehaviourResult) -> Form:
    """`your first meeting in 12 working days`, `1 meeting today, the first of the quarter`."""
    label = label_pattern(behaviour.label)
    first = rf"(?:[Yy]our first {label}|(?P<count>\d+) {label} (?P<day>{DAY}), the first)"
    return Form(
        rf"\b{first} (?:in (?P<before>\d+) working days|of the quarter)", lambda match: _is_first(match, praised, behaviour)
    )


def _is_first(match: re.Match[str], praised: Praised, behaviour: BehaviourResult) -> bool:
    """Whether there was none on so many active days, ten or more, or on any day of the quarter, all of which are known."""
    if match["count"] and int(match["count"]) != behaviour.count:
        return False
    if match["day"] and date_in(match["day"], today=praised.today) != praised.report.day:
        return False
    if match["before"]:
        length = int(match["before"])
        dry = [day for day in praised.before if is_active(day)][:length]
        is_long = len(dry) == length >= COMPARED_DAYS_MIN
    else:
        dry = [day for day in praised.before if quarter_of(day) == quarter_of(praised.report)]
        is_long = len(dry) < len(praised.before)
    return is_long and behaviour.count > 0 and all(count_on(day, behaviour.key) == 0 for day in dry)
