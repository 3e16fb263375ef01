"""Reads what managers are told to praise: the digest of a day, and recognition that is due."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from services.nudges.context.team_context import TeamContext, TeamMember
from shared.events import DayReport, Presence
from tests.services.nudges.rules.claims.days import count_on, met_every_target, scored_100
from tests.services.nudges.rules.claims.praised import label_pattern
from tests.services.nudges.rules.claims.reader import COUNT, DAY, NAME, NUMBER, Form, Reading, count_in, date_in, one_of, read

_RECENT_DAYS: Final = 5
_OPENING: Final = (
    rf"\A(?:{DAY} (?:at a glance|in short|in numbers)|Here's how {DAY} went|Your team {DAY}|A quick look back at {DAY}"
    rf"|How {DAY} went|A short summary of {DAY}|The numbers for {DAY}|What your team did {DAY})\."
)
_NEUTRAL_OF_DIGESTS: Final = (
    r"\ASent every working morning\. It covers the working day before, going by the newest reports\.",
)
_NEUTRAL_OF_RECOGNITION: Final = (
    r"\bsay well done to\b",
    r"\bWorth a minute today\b",
    rf"\bIf you talk to {NAME} today\b",
    r"\bA good day to recognise\b",
    r"\bOn at least three of the last five, they scored 100 or more, or met the largest target of their plan",
)


def read_digest(context: TeamContext, reports: Sequence[DayReport], *texts: str) -> list[Reading]:
    """Every claim of each of these texts about a day of a manager's reps, whose reports these are."""
    forms = [
        Form(_OPENING, lambda match: _is_day_of(match[0], reports, context)),
        *(
            form
            for team in sorted({report.team.name for report in reports})
            for form in _forms_of_a_team(team, reports, context)
        ),
    ]
    return [read(text, forms, neutral=_NEUTRAL_OF_DIGESTS) for text in texts]


def _is_day_of(opening: str, reports: Sequence[DayReport], context: TeamContext) -> bool:
    phrase = re.search(rf"\b{DAY}", opening)
    return phrase is not None and {date_in(phrase[0], today=context.today)} == {report.day for report in reports}


def _forms_of_a_team(team: str, reports: Sequence[DayReport], context: TeamContext) -> Iterator[Form]:
    of_team = [report for report in reports if report.team.name == team]
    scored = [report for report in of_team if report.presence is Presence.WORKING and report.score is not None]
    done = [report for report in scored if scored_100(report)]
    away = [report for report in of_team if report.presence in (Presence.ABSENT, Presence.HOLIDAY)]

    def names_of(some_reports: Sequence[DayReport]) -> list[str]:
        return sorted(context.name_of(report.rep) for report in some_reports)

    def is_line(match: re.Match[str]) -> bool:
        reached = names_of(done) if match["names"] != "nobody" else []
        is_reached = match["reached"] != "reached it" or all(map(met_every_target, done))
        is_counted = count_in(match["reps"]) == len(scored) and len(reached) == len(done)
        absent = _split(match["away"]) if match["away"] else []
        last = [f"{name.removesuffix('.')}." for name in names_of(away)[-1:]]
        return (
            is_counted
            and is_reached
            and absent == [*names_of(away)[:-1], *last]
            and _are_totals(match["totals"], scored)
            and (match["names"] == "nobody" or _split(match["names"]) == reached)
        )

    yield Form(
        rf"\b{re.escape(team)}: (?P<reps>{COUNT}) reps? had a plan, and (?P<names>[^:]+?) "
        r"(?P<reached>reached it|scored 100 or more)\. In total, (?P<totals>.+?)\.(?: Away: (?P<away>[^:]+))?\Z",
        is_line,
    )
    yield Form(rf"\b{re.escape(team)}: nobody had a plan\.", lambda _: not scored)


def _split(names: str) -> list[str]:
    return re.split(r", | and ", names)


def _are_totals(text: str, reports: Sequence[DayReport]) -> bool:
    """Whether the list has every planned behaviour with what was done and asked for by all of them."""
    counts, targets = dict[str, int](), dict[str, Decimal]()
    for report in reports:
        for behaviour in report.behaviours:
            if behaviour.target:
                counts[behaviour.label] = counts.get(behaviour.label, 0) + behaviour.count
                targets[behaviour.label] = targets.get(behaviour.label, Decimal(0)) + behaviour.target
    parts = _split(text)
    return len(parts) == len(counts) and all(
        any(
            (match := re.fullmatch(rf"(\d+) of ({NUMBER}) {label_pattern(label)}", part))
            and (int(match[1]), Decimal(match[2])) == (counts[label], targets[label])
            for label in counts
        )
        for part in parts
    )


def read_recognition(context: TeamContext, member: TeamMember, *texts: str) -> list[Reading]:
    """Every claim of each of these texts that ask a manager to recognise a rep."""
    names, forms = one_of((context.name_of(member.rep), member.rep.name)), list(_forms_of_recognition(member))
    return [read(re.sub(names, NAME, text), forms, neutral=_NEUTRAL_OF_RECOGNITION) for text in texts]


def _forms_of_recognition(member: TeamMember) -> Iterator[Form]:
    worked = [report for report in member.days if report.state == "closed" and report.score is not None]
    recent = worked[:_RECENT_DAYS]
    since = [report for report in worked if member.recognised_on is None or report.day > member.recognised_on]
    labels = {behaviour.label: behaviour.key for report in recent for behaviour in report.behaviours}

    def counts(match: re.Match[str]) -> bool:
        key = next(key for label, key in labels.items() if re.fullmatch(label_pattern(label), match["label"]))
        number = int(match["count"]) if match["count"] != "no" else 0
        return number == sum(count_on(report, key) or 0 for report in recent)

    def is_done(match: re.Match[str]) -> bool:
        done = [report for report in recent if scored_100(report)]
        is_plan = "plan" not in match["what"].lower() or all(map(met_every_target, done))
        return is_plan and int(match["days"]) == len(done) and int(match["of"]) == len(recent) and counts(match)

    def is_effort(match: re.Match[str]) -> bool:
        key = next(key for label, key in labels.items() if label.lower() == match["target"].lower())
        effort = [report for report in recent if scored_100(report) or _is_on_target(report, label_key=key)]
        is_plan = "plan" not in match["what"].lower() or all(map(met_every_target, filter(scored_100, recent)))
        return is_plan and int(match["days"]) == len(effort) and int(match["of"]) == len(recent) and counts(match)

    of_days = r"on (?P<days>\d+) of the last (?P<of>\d+) working days"
    count = rf"(?P<count>\d+|no) (?P<label>{label_pattern(*labels)})"
    yield Form(rf"\b(?P<what>[Pp]lan done|[Aa] score of 100 or more) {of_days}, and {count} over those days", is_done)
    target = "|".join(re.escape(label) for label in labels)
    yield Form(
        rf"(?i:\b(?P<what>plan|score of 100) or (?P<target>{target}) target reached {of_days}), {count} in all", is_effort
    )
    yield Form(
        rf"\bno manager has thanked {NAME} (?:in the last|for) (\d+) working days",
        lambda match: int(match[1]) == len(since),
    )


def _is_on_target(report: DayReport, *, label_key: str) -> bool:
    return any(behaviour.key == label_key and behaviour.count >= behaviour.target > 0 for behaviour in report.behaviours)
