"""A browser in front of all pages."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, time, timedelta
from typing import Final

import asyncpg
import httpx

from services.nudges.decide.decision_context import DecisionSettings
from services.nudges.decide.policy.holdout import Holdout
from services.nudges.deliver.channels.personal import PersonalChannel
from services.nudges.domain.day_plan_subscribers import NO_SUBSCRIBERS
from services.nudges.links import Links
from services.nudges.metrics import NudgesMetrics
from services.nudges.pages.absences.absence_page import AskScoring
from services.nudges.pages.absences.ask_scoring import AbsenceEndpoint
from services.nudges.pages.disputes.dispute_page import Explain
from services.nudges.pages.rendering import Renderer
from services.nudges.pages.site import Scoring, Site
from services.nudges.pages.today.live_teams import LiveTeams
from services.nudges.rules.catalogue import RULES
from shared.clock import SteppedClock
from shared.requests.absences import AbsenceQuery, AbsenceState
from shared.transient_errors import TRANSIENT_ERRORS
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.people import ANA, BEN, JON, MARA
from tests.services.nudges.pages.old_addresses import OldAddresses
from tests.services.nudges.pages.people.roster_scoring import RosterScoring
from tests.services.nudges.pages.rosters import ReportedRoster

BASE_URL: Final = "http://pages"
LINKS: Final = Links(base_url=BASE_URL, secret="signs links")
OLD: Final = OldAddresses(base_url=BASE_URL, secret="signs links")
ANAS_PAGE: Final = OLD.own_page_url(ANA.id)
BENS_PAGE: Final = OLD.own_page_url(BEN.id)
MARAS_INBOX: Final = OLD.inbox_url(MARA.id)
JONS_INBOX: Final = OLD.inbox_url(JON.id)
ADDRESSES_END_ON: Final = NOON.date() + timedelta(days=30)
"""Until then these addresses work, and so do the links on their pages."""
SETTINGS: Final = DecisionSettings(
    channels=("inbox", "webhook"), holdout=Holdout(seed="", share=1.0), subscribers=NO_SUBSCRIBERS
)
"""Everything in the experiment would be withheld."""


async def no_absences(_: AbsenceEndpoint, __: AbsenceQuery) -> AbsenceState:
    raise AssertionError("nobody enters an absence here")


async def no_version() -> int | None:
    """Nobody knows it."""
    return None


@asynccontextmanager
async def browsing(
    pool: asyncpg.Pool,
    explain: Explain,
    *,
    ask_about_absence: AskScoring = no_absences,
    now: datetime = NOON,
    metrics: NudgesMetrics | None = None,
    channel: PersonalChannel | None = None,
    on_acknowledged: Callable[[], None] = lambda: None,
    on_decided: Callable[[], None] = lambda: None,
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that follows redirects, as browsers do."""
    with suppress(*TRANSIENT_ERRORS):
        await pool.execute("UPDATE page_address_end SET ends_at = $1", datetime.combine(ADDRESSES_END_ON, time(), UTC))
    roster = ReportedRoster(pool)
    site = Site(
        pool=pool,
        links=LINKS,
        clock=SteppedClock(now),
        metrics=metrics or NudgesMetrics(rules=RULES, channels=[]),
        scoring=Scoring(
            read_roster=roster.read,
            find_person=roster.find,
            explain=explain,
            ask_about_absence=ask_about_absence,
            ask=RosterScoring().ask,
        ),
        channels={channel.name: channel} if channel is not None else {},
        settings=SETTINGS,
        openid=None,
        is_secure=False,
        asked_max=100,
        live=LiveTeams(pool, Renderer(), SteppedClock(now), lifetime_s=60, read_version=no_version),
        on_acknowledged=on_acknowledged,
        on_decided=on_decided,
    )
    app = site.application()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE_URL, follow_redirects=True) as client:
        yield client


def visible_text(page: httpx.Response) -> str:
    """The source of a page with all white space reduced to single spaces, and apostrophes and quotation marks unescaped."""
    return " ".join(page.text.replace("&#39;", "'").replace("&#34;", '"').split())
