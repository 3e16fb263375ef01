"""The results of the demonstration, for a terminal of 100 columns or for a file."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby

from deploy.demo.habits import TEAM
from deploy.output import Column, Output, Styled
from shared.requests.nudges import NudgeRow
from shared.requests.scores import ScoreRow

_DAYS_SHOWN = 10
_FULL, _HALF = 100, 50
_FEW_NUDGES = 20
_NEWEST_SHOWN = 5
_NOT_SENT = frozenset({"withheld", "deferred", "suppressed"})


def print_scores(rows: Sequence[ScoreRow], output: Output) -> None:
    """One line per rep: the newest days, and the mean of all days."""
    days = sorted({row.day for row in rows})[-_DAYS_SHOWN:]
    headings = [*(f"{day:%a}\n{day.day}.{day.month}." for day in days), "mean of\nall days"]
    cells = []
    for rep, rows_of_rep in groupby(rows, key=lambda row: row.rep):
        scores = {row.day: row.score for row in rows_of_rep}
        known = [score for score in scores.values() if score is not None]
        mean = sum(known, Decimal()) / len(known) if known else None
        cells.append((rep, *[_format_score(scores.get(day)) for day in days], _format_score(mean)))
    output.line("Daily scores (100: plan done)")
    columns = Column(heading="rep"), *(Column(heading=heading, is_number=True) for heading in headings)
    output.table(columns, cells, if_empty="No day has a score.")


def _format_score(score: Decimal | None) -> Styled:
    if score is None:
        return Styled("·", "dim")
    style = "green" if score >= _FULL else "yellow" if score >= _HALF else "red"
    return Styled(f"{score:.0f}", style)


def print_nudges(rows: Sequence[NudgeRow], output: Output) -> None:
    """By rule: for whom and about which days, then the messages with their reasons. Of a frequent rule only the newest."""
    rows_by_rule: dict[str, list[NudgeRow]] = {}
    for row in rows:
        rows_by_rule.setdefault(row.rule, []).append(row)
    withheld = sum(row.status == "withheld" for row in rows)
    output.line()
    limits = "at most one per person and day besides announcements, in working hours"
    output.line(Styled(f"{len(rows)} nudges", "bold"), f", {limits};")
    output.line(f"{withheld} of them were withheld at random, to measure the effect of sending")
    for rule, rows_of_rule in sorted(rows_by_rule.items()):
        output.line()
        output.line(Styled(rule, "bold"), f": {len(rows_of_rule)}")
        output.line(Styled(f"  {_list_days(rows_of_rule)}", "dim"))
        for row in rows_of_rule if len(rows_of_rule) <= _FEW_NUDGES else rows_of_rule[-_NEWEST_SHOWN:]:
            status = f" ({row.status})" if row.status in _NOT_SENT else ""
            text, *more = row.text.split("\n")
            output.line("  ", Styled(row.person_name, "cyan"), f", {row.day:%a %d %b}{status}: {text}")
            for line in more:
                output.line(f"    {line}")
            output.line(Styled(f"    because: {' '.join(row.reason.split())}", "dim"))


def _list_days(rows: Sequence[NudgeRow]) -> str:
    """The people, and the days of their nudges: `ana 2.3. 3.3.`."""
    days_of_person: dict[str, list[date]] = {rep.id: [] for rep in TEAM}
    for row in rows:
        days_of_person.setdefault(row.person, []).append(row.day)
    return "; ".join(
        " ".join([person, *(f"{day.day}.{day.month}." for day in sorted(days))])
        for person, days in days_of_person.items()
        if days
    )


def print_responses(responses: Mapping[int, int], output: Output) -> None:
    """How ingest answered the webhooks."""
    posted = sum(responses.values())
    counts = ", ".join(f"{count} x {status}" for status, count in sorted(responses.items()))
    output.line()
    output.line(f"{posted} webhooks posted, including duplicates and forgeries; responses: {counts}")
