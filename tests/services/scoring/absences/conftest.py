"""A week of Ana's on which nothing was logged, and a manager who enters that she was away."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.scoring.absences.change_absences import enter_absence, withdraw_absence
from services.scoring.absences.end_refuted_absences import end_refuted_absences
from services.scoring.days.open_and_close_days import open_and_close_days
from shared.events import ManagerId, PersonId, RepId
from shared.requests.absences import AbsenceQuery, AbsenceState
from tests.services.scoring.conftest import ANA, MONDAY, Scoring

MARA, OLE = ManagerId(PersonId("mara")), ManagerId(PersonId("ole"))
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (MONDAY + timedelta(days=number) for number in range(1, 5))
FRIDAY_NOON = datetime(2026, 3, 6, 12, tzinfo=UTC)


class Absences:
    """What a manager does about Ana's days on Friday, and the scores that follow from it."""

    def __init__(self, scoring: Scoring) -> None:
        self.scoring = scoring

    async def enter(
        self, first: date, last: date | None = None, *, rep: RepId = ANA, manager: ManagerId = MARA
    ) -> AbsenceState:
        query = AbsenceQuery(rep=rep, manager=manager, first=first, last=last)
        state = await enter_absence(self.scoring.pool, self.scoring.cache, query, now=self.scoring.now)
        await self.scoring.rescore()
        return state

    async def withdraw(self, first: date, last: date | None = None, *, manager: ManagerId = MARA) -> AbsenceState:
        query = AbsenceQuery(rep=ANA, manager=manager, first=first, last=last)
        state = await withdraw_absence(self.scoring.pool, self.scoring.cache, query, now=self.scoring.now)
        await self.scoring.rescore()
        return state

    async def end_refuted(self) -> int:
        ended = await end_refuted_absences(self.scoring.pool, self.scoring.cache, now=self.scoring.now)
        await self.scoring.rescore()
        return ended

    async def presences(self, rep_id: RepId = ANA) -> dict[date, str]:
        """By the newest report of each day."""
        return {report.day: report.presence.value for _, report in await self.scoring.reports() if report.rep.id == rep_id}

    async def rows(self) -> list[tuple[object, ...]]:
        """What is stored."""
        return [tuple(row) for row in await self.scoring.pool.fetch("SELECT * FROM entered_absence ORDER BY rep_id, day")]


@pytest.fixture
async def absences(scoring: Scoring) -> Absences:
    """On Friday noon, with every day of the week opened and, before Friday, closed again."""
    for day in range(5):
        now = FRIDAY_NOON - timedelta(days=4 - day)
        await open_and_close_days(scoring.pool, scoring.cache, now=now)
    scoring.now = FRIDAY_NOON
    return Absences(scoring)
