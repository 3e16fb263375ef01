"""Score days again that are too long ago to be reported, after a change of definitions.

There are many of them, but only few different results: each is computed and sent to Postgres once.
"""

from collections.abc import Sequence
from typing import Final

from services.scoring.days.recount_days import DayCounts, count_days, make_tally
from services.scoring.domain.activities.assignment import RepDay
from services.scoring.domain.definitions import Definitions
from services.scoring.domain.playbook.playbook import Playbook
from services.scoring.domain.roster.calendar import presence_on
from services.scoring.rescore.days_to_rescore import PastDay, Result, update_past_days
from shared.postgres.pool import Connection

_NOTHING_COUNTED: Final = DayCounts(None, ())


async def score_past_days(connection: Connection, definitions: Definitions, rep_days: Sequence[RepDay]) -> None:
    """Count these locked days again and store their scores. Days of reps who are not in the roster stay as they are."""
    reps = definitions.roster.reps
    versions = {
        rep_day: definitions.playbook_of(reps[rep_day.rep_id], rep_day.day) for rep_day in rep_days if rep_day.rep_id in reps
    }
    counted = await count_days(connection, versions)
    results = _Results(definitions)
    days = []
    for rep_day, playbook in versions.items():
        counts = counted.get(rep_day, _NOTHING_COUNTED)
        days.append(
            PastDay(
                rep_day=rep_day,
                first_counted_at=counts.first_counted_at,
                result_number=results.number_of(rep_day, playbook, counts),
            )
        )
    if days:
        await update_past_days(connection, days, results.results)


class _Results:
    """The different results of the days, numbered."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._numbers: dict[tuple[object, ...], int] = {}
        self.results: list[Result] = []

    def number_of(self, rep_day: RepDay, playbook: Playbook | None, counts: DayCounts) -> int:
        """The number of the day's result, which is computed if no day before has had it."""
        rep = self._definitions.roster.reps[rep_day.rep_id]
        _, share = presence_on(rep, rep_day.day)
        inputs = (id(playbook), rep_day.day.weekday(), share.numerator, share.denominator, *counts.counts)
        number = self._numbers.get(inputs)
        if number is None:
            tally = make_tally(playbook, DayCounts(None, counts.counts))
            score = self._definitions.score_under(playbook, rep, rep_day.day, tally.counts).shown
            number = self._numbers[inputs] = len(self.results)
            self.results.append(Result(tally=tally, score=score))
        return number
