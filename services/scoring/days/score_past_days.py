"""Count days anew of which nobody is told any more, after a change of definitions.

There are many of them, and they need no report. Few differ in what they come to: that is computed and written out once for all
days alike.
"""

from collections.abc import Sequence
from decimal import Decimal

from services.scoring import store
from services.scoring.days.recount_days import count_days, tally_of
from services.scoring.domain.activities.counting import Place
from services.scoring.domain.day import Definitions, Tally
from services.scoring.domain.playbook.playbook import Playbook
from services.scoring.domain.roster.calendar import presence_on
from shared.postgres.pool import Connection


async def score_long_past_days(connection: Connection, definitions: Definitions, places: Sequence[Place]) -> None:
    """As `score_locked_days` after a change of definitions, of days too long ago to be reported."""
    reps = definitions.roster.reps
    judged_by = {place: definitions.playbook_of(reps[place.rep_id], place.day) for place in places if place.rep_id in reps}
    met = await count_days(connection, judged_by)
    results = _Results(definitions)
    rows = []
    for place, playbook in judged_by.items():
        first_at, *times = met.get(place, (None,))
        rows.append((*place, first_at, results.number_of(place, playbook, times)))
    if rows:
        await store.update_long_past_days(connection, rows, results.found)


class _Results:
    """What days came to, numbered."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._numbers: dict[tuple[object, ...], int] = {}
        self.found: list[tuple[Tally, Decimal | None]] = []

    def number_of(self, place: Place, playbook: Playbook | None, times: list[int]) -> int:
        rep = self._definitions.roster.reps[place.rep_id]
        _, share = presence_on(rep, place.day)
        same = (id(playbook), place.day.weekday(), share.numerator, share.denominator, *times)
        number = self._numbers.get(same)
        if number is None:
            tally = tally_of(playbook, None, times)
            score = self._definitions.score_under(playbook, rep, place.day, tally.counts).shown
            number = self._numbers[same] = len(self.found)
            self.found.append((tally, score))
        return number
