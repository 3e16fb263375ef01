"""A browser in front of all pages."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

import asyncpg
import httpx
from starlette.applications import Starlette

from services.nudges.decide.decision_context import DecisionSettings
from services.nudges.decide.policy.holdout import Holdout
from services.nudges.domain.day_plan_subscribers import NO_SUBSCRIBERS
from services.nudges.links import Links
from services.nudges.metrics import NudgesMetrics
from services.nudges.pages.answers.answer_page import AnswerPage
from services.nudges.pages.disputes.dispute_page import DisputePage, Explain
from services.nudges.pages.inbox_page import InboxPage
from services.nudges.pages.own_page import OwnPage
from services.nudges.pages.preferences.preference_page import PreferencePage
from services.nudges.pages.rendering import Renderer
from services.nudges.pages.thanks.thanks_page import ThanksPage
from services.nudges.rules.catalogue import RULES
from shared.clock import SteppedClock
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.people import ANA, BEN, JON, MARA

BASE_URL: Final = "http://pages"
LINKS: Final = Links(base_url=BASE_URL, secret="signs links")
ANAS_PAGE: Final = LINKS.own_page_url(ANA.id)
BENS_PAGE: Final = LINKS.own_page_url(BEN.id)
MARAS_INBOX: Final = LINKS.inbox_url(MARA.id)
JONS_INBOX: Final = LINKS.inbox_url(JON.id)
SETTINGS: Final = DecisionSettings(
    channels=("inbox", "webhook"), holdout=Holdout(seed="", share=1.0), subscribers=NO_SUBSCRIBERS
)
"""Everything in the experiment would be withheld."""


@asynccontextmanager
async def browsing(
    pool: asyncpg.Pool,
    explain: Explain,
    *,
    now: datetime = NOON,
    metrics: NudgesMetrics | None = None,
    on_acknowledged: Callable[[], None] = lambda: None,
    on_decided: Callable[[], None] = lambda: None,
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that follows redirects, as browsers do."""
    renderer, clock, metrics = Renderer(), SteppedClock(now), metrics or NudgesMetrics(rules=RULES, channels=[])
    inbox = InboxPage(pool, LINKS, renderer, clock)
    own = OwnPage(pool, LINKS, renderer, clock, on_acknowledged=on_acknowledged)
    answers = AnswerPage(pool, LINKS, renderer, clock, metrics)
    disputes = DisputePage(pool, LINKS, renderer, clock, metrics, explain=explain, settings=SETTINGS, on_decided=on_decided)
    mail = PreferencePage(pool, LINKS, renderer, clock)
    thanks = ThanksPage(pool, LINKS, renderer, clock, metrics, settings=SETTINGS, on_decided=on_decided)
    routes = [route for page in (inbox, own, answers, disputes, mail, thanks) for route in page.routes()]
    app = Starlette(routes=routes, exception_handlers={404: inbox.not_found})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE_URL, follow_redirects=True) as client:
        yield client


def visible_text(page: httpx.Response) -> str:
    """The source of a page with all white space reduced to single spaces, and apostrophes and quotation marks unescaped."""
    return " ".join(page.text.replace("&#39;", "'").replace("&#34;", '"').split())
