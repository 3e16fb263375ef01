"""People who press buttons in Slack, with somebody who answers for scoring and a stand-in of Slack for the replies."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import asyncpg
import httpx
from starlette.applications import Starlette

from services.nudges.metrics import NudgesMetrics
from services.nudges.pages.slack.replies import Replies
from services.nudges.pages.slack.slack_answers import SlackAnswers
from services.nudges.pages.thanks.send_thanks import ThanksSender
from services.nudges.preferences.reader_language import language_of
from shared.clock import SteppedClock
from shared.events import NudgeId, NudgeKind, PersonId, PossibleThanks
from shared.reach import ContactPoint
from shared.requests.people import ContactList
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN, MARA
from tests.services.nudges.builders.rosters import everybody_today
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.browser import LINKS, SETTINGS
from tests.services.nudges.pages.slack.requests import SECRET, body_of, signed_headers
from tests.slack import StandIn, slack_stand_in

REMINDER: Final = make_nudge(
    "reminder",
    person=MARA,
    kind=NudgeKind.RECOGNITION,
    rule="recognition_due",
    occasion="ana:2026-03-02",
    thanks=(PossibleThanks(rep=ANA, nudge_id=NudgeId("reminder")),),
)


@dataclass
class FakeScoring:
    """The roster's Slack user of each person, besides their mail. Raises `failure` if there is one."""

    roster: dict[PersonId, str]
    failure: Exception | None = None
    asked: list[PersonId] = field(default_factory=list)

    async def ask(self, person_id: PersonId) -> ContactList:
        self.asked.append(person_id)
        if self.failure is not None:
            raise self.failure
        mail = ContactPoint(transport="mail", address="U0000MAIL")
        user = self.roster.get(person_id)
        return ContactList(contacts=(mail, *([ContactPoint(transport="slack", address=user)] if user else [])))


@dataclass
class Slack:
    """Presses buttons for people in Slack."""

    answers: SlackAnswers
    scoring: FakeScoring
    stand_in: StandIn
    client: httpx.AsyncClient
    clock: SteppedClock
    pool: asyncpg.Pool

    async def post(self, body: bytes, headers: dict[str, str] | None = None) -> int:
        """Returns the status of the answer."""
        signed = headers if headers is not None else signed_headers(body, now=self.clock.now())
        return (await self.client.post("/slack/interactivity", content=body, headers=signed)).status_code

    async def press(self, payload: dict[str, Any]) -> int:
        return await self.post(body_of(payload | {"response_url": self.stand_in.response_url}))

    async def stored(self) -> list[tuple[str, str, str, str]]:
        """Nudge, person, answer and reason of every answer."""
        rows = await self.pool.fetch("SELECT nudge_id, person_id, answer, reason FROM answer ORDER BY nudge_id, person_id")
        return [tuple(row) for row in rows]


@asynccontextmanager
async def pressing(pool: asyncpg.Pool, metrics: NudgesMetrics) -> AsyncIterator[Slack]:
    """Ana and Ben have each done their plan, and Mara is reminded of it: each can press the buttons of their message."""
    rows = Rows(pool)
    await rows.add_nudge(make_nudge())
    await rows.add_nudge(make_nudge("bens", person=BEN))
    await rows.add_nudge(REMINDER)
    clock, scoring = SteppedClock(NOON), FakeScoring({ANA.id: "U024BE7LH", BEN.id: "U0000BEN1", MARA.id: "U000MARA1"})
    async with slack_stand_in() as stand_in:
        answers = SlackAnswers(
            pool,
            LINKS,
            clock,
            metrics,
            ask_scoring=scoring.ask,
            read_roster=everybody_today,
            language_of=partial(language_of, pool, default="en"),
            read_secret=lambda: SECRET,
            replies=Replies(base_url=stand_in.base_url),
            thanks=ThanksSender(pool, clock, metrics, settings=SETTINGS, on_decided=lambda: None),
        )
        transport = httpx.ASGITransport(Starlette(routes=answers.routes()))
        async with httpx.AsyncClient(transport=transport, base_url="http://pages") as client:
            yield Slack(answers=answers, scoring=scoring, stand_in=stand_in, client=client, clock=clock, pool=pool)
