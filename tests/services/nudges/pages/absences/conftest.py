"""A browser on the page, and what scoring would answer to it."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import date, timedelta

import asyncpg
import httpx
import pytest

from services.nudges.pages.absences.ask_scoring import AbsenceEndpoint
from services.scoring.domain.roster.entered_absences import spans_of
from shared.requests.absences import ABSENCE_ENTER, ABSENCE_WITHDRAW, AbsenceQuery, AbsenceSpan, AbsenceState
from tests.services.nudges.builders.days import MONDAY
from tests.services.nudges.pages.browser import browsing
from tests.services.nudges.pages.disputes.explanations import Scoring

FRIDAY = MONDAY + timedelta(days=4)


class AbsenceScoring:
    """Stores spans as they are asked for, or raises `failure`. On `active` days something counts."""

    def __init__(self) -> None:
        self.today = FRIDAY
        self.entered: tuple[AbsenceSpan, ...] = ()
        self.in_roster: tuple[AbsenceSpan, ...] = ()
        self.active: tuple[date, ...] = ()
        self.asked: list[tuple[str, AbsenceQuery]] = []
        self.failure: Exception | None = None

    async def answer(self, endpoint: AbsenceEndpoint, query: AbsenceQuery) -> AbsenceState:
        if self.failure is not None:
            raise self.failure
        assert query.last is not None
        self.asked.append((endpoint.subject.split(".")[1], query))
        if endpoint is ABSENCE_ENTER:
            self.entered = (AbsenceSpan(first=query.first, last=query.last, entered_by="Mara Lind"),)
        elif endpoint is ABSENCE_WITHDRAW:
            self.entered = ()
        return AbsenceState(
            rep_name="Ana Ruiz",
            today=self.today,
            first=query.first,
            last=query.last,
            entered=self.entered,
            in_roster=self.in_roster,
            active=self.active,
            missing=self._missing(query.first, query.last),
        )

    def _missing(self, first: date, last: date) -> tuple[AbsenceSpan, ...]:
        days = {first + timedelta(days=offset) for offset in range((last - first).days + 1)}
        taken = {day for span in (*self.entered, *self.in_roster) for day in days if span.first <= day <= span.last}
        spans = spans_of(days - taken - set(self.active))
        return tuple(AbsenceSpan(first=span_first, last=span_last) for span_first, span_last in spans)


@pytest.fixture
def absences() -> AbsenceScoring:
    return AbsenceScoring()


@pytest.fixture
async def visitor(pool: asyncpg.Pool, absences: AbsenceScoring) -> AsyncIterator[httpx.AsyncClient]:
    async with visiting(pool, absences) as client:
        yield client


def visiting(pool: asyncpg.Pool, absences: AbsenceScoring) -> AbstractAsyncContextManager[httpx.AsyncClient]:
    """A browser that follows redirects."""
    return browsing(pool, Scoring().explain, ask_about_absence=absences.answer)
