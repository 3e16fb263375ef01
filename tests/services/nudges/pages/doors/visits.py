"""Visits to the pages: a roster that the test changes, the messages that are sent, and browsers with cookies."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import Final

import asyncpg
import httpx
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from services.nudges.access.sessions import Origin, open_session
from services.nudges.deliver.channel import Channel, Delivered, GiveUp, TryLater
from services.nudges.deliver.channel_types import FindDirectory
from services.nudges.deliver.channels.personal import PersonalChannel
from services.nudges.deliver.personal.transport import PersonalMessage, TransportOutcome
from services.nudges.domain.roster.access import PersonToday, RosterToday
from services.nudges.links import Links
from services.nudges.metrics import NudgesMetrics
from services.nudges.pages.people.ask_scoring import AskScoring
from services.nudges.pages.rendering import Renderer
from services.nudges.pages.site import OpenId, Scoring, Site
from services.nudges.pages.slack.replies import Replies
from services.nudges.pages.slack.slack_answers import SlackAnswers
from services.nudges.pages.thanks.send_thanks import ThanksSender
from services.nudges.pages.today.live_teams import LiveTeams
from services.nudges.preferences.reader_language import language_of
from services.nudges.rules.catalogue import RULES
from shared.clock import SteppedClock
from shared.events import PersonId
from shared.reach import ContactPoint
from shared.requests.client import NoResponder
from shared.requests.endpoint import Endpoint, Query, Reply
from shared.requests.people import ContactList, NamedPerson
from shared.requests.roster.edits import ROSTER_SHOW
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.people import ANA, BEN, JON, MARA, NORTH, SOUTH
from tests.services.nudges.builders.rosters import rep_today, roster_today
from tests.services.nudges.deliver.personal.directories import no_directory
from tests.services.nudges.pages.absences.conftest import AbsenceScoring
from tests.services.nudges.pages.browser import SETTINGS
from tests.services.nudges.pages.disputes.explanations import Scoring as Explaining
from tests.services.nudges.pages.people.roster_scoring import RosterScoring
from tests.services.nudges.pages.setup.services import SUBJECTS, FakeServices
from tests.services.nudges.pages.slack.requests import SECRET

HTTP: Final = "http://pages"
HTTPS: Final = "https://pages"
NO_CHANNELS: Final[Mapping[str, Channel]] = MappingProxyType({})
TODAY: Final = roster_today(
    rep_today(ANA),
    rep_today(BEN, SOUTH.id),
    PersonToday(id=MARA.id, name=MARA.name, manages=(NORTH.id,)),
    PersonToday(id=JON.id, name=JON.name, team=NORTH.id, manages=(SOUTH.id,)),
    operators=("olga@example.com",),
)
"""Ana and Jon sell in North, which Mara manages. Ben sells in South, which Jon manages. Olga runs Daymark."""


@dataclass
class FakeRoster:
    """What scoring knows. Everybody of it has a mail address made of their id."""

    today: RosterToday = TODAY
    is_down: bool = False
    version: int | None = 1
    typed: list[str] = field(default_factory=list)

    async def read(self, person_id: PersonId) -> RosterToday:
        self._answer()
        operators = {operator: name for operator, name in self.today.operators.items() if operator == person_id}
        return replace(self.today, operators=operators)

    async def read_version(self) -> int | None:
        return self.version

    async def find(self, typed: str, *, is_email: bool) -> NamedPerson:
        self._answer()
        self.typed.append(typed)
        for person in self.today.people.values():
            email = f"{person.id}@example.com"
            if typed == email or (not is_email and typed == person.name):
                contact = ContactPoint(transport="mail", address=email)
                return NamedPerson(person=person.id, name=person.name, contacts=(contact,))
        return NamedPerson()

    async def contacts_in_slack(self, person_id: PersonId) -> ContactList:
        """Nobody who has left is reached."""
        self._answer()
        user = ContactPoint(transport="slack", address=f"U0{person_id.upper():0<8}")
        return ContactList(contacts=(user,) if person_id in self.today.people else ())

    def without(self, person_id: PersonId) -> None:
        """Somebody leaves."""
        left = {known: person for known, person in self.today.people.items() if known != person_id}
        self.today = RosterToday(people=left, operators=self.today.operators)

    def _answer(self) -> None:
        if self.is_down:
            raise NoResponder


class FakeMail:
    """A transport that keeps what it sends. With `refuses` it accepts nothing; while it is not `open`, it answers nothing; and
    while it `is_away`, it fails."""

    name = "mail"

    def __init__(self) -> None:
        self.sent: list[tuple[str, PersonalMessage]] = []
        self.refuses = False
        self.is_away = False
        self.open = asyncio.Event()
        self.open.set()

    async def send(self, message: PersonalMessage, address: str) -> TransportOutcome:
        await self.open.wait()
        if self.is_away:
            return TryLater(error="no answer from the mail server")
        if self.refuses:
            return GiveUp(error="the mail server refused the address (550)")
        self.sent.append((address, message))
        return Delivered()

    @property
    def newest_link(self) -> str:
        return self.sent[-1][1].url


@dataclass
class Visits:
    """The pages, and everything around them."""

    clock: SteppedClock
    roster: FakeRoster
    mail: FakeMail
    links: Links
    metrics: NudgesMetrics
    pool: asyncpg.Pool
    base_url: str
    live: LiveTeams
    scoring: RosterScoring = field(default_factory=RosterScoring)
    queued: asyncio.Event = field(default_factory=asyncio.Event)
    services: FakeServices = field(default_factory=FakeServices)
    are_services_asked: bool = False
    app: Starlette = field(default_factory=Starlette)

    async def ask(self, endpoint: Endpoint[Query, Reply], query: Query) -> Reply:
        """What the services would answer: what only steps and sources ask, or everything if a test asks for that."""
        if endpoint.subject == ROSTER_SHOW.subject and not self.are_services_asked:
            return endpoint.reply.model_validate({"text": self.scoring.text})
        if self.are_services_asked or endpoint.subject in SUBJECTS:
            return await self.services(endpoint, query)
        return await self.scoring.ask(endpoint, query)

    def browser(self) -> httpx.AsyncClient:
        """A browser with cookies of its own, which does not follow redirects by itself."""
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=self.base_url)

    async def sign_in(self, person: str, *, next_path: str = "") -> httpx.AsyncClient:
        """A browser in which somebody has signed in with their mail."""
        browser = self.browser()
        asked = await browser.post("/sign-in", data={"typed": f"{person}@example.com", "next": next_path})
        assert asked.status_code == 200
        assert (await browser.post(self.mail.newest_link)).status_code == 303
        return browser

    async def with_session(self, person_id: PersonId) -> httpx.AsyncClient:
        """A browser of somebody who has signed in, in whatever way."""
        browser = self.browser()
        async with self.pool.acquire() as connection:
            token = await open_session(connection, person_id, Origin.MESSAGE, now=self.clock.now())
        browser.cookies.set("daymark-session", token)
        return browser

    def pass_time(self, elapsed: timedelta) -> None:
        self.clock.step_to(self.clock.now() + elapsed)

    def count(self, outcome: str) -> int:
        return int(self.metrics.sign_ins.labels(outcome)._value.get())


def field_of(page: httpx.Response, name: str = "csrf") -> str:
    """The value of a hidden field, which is the same in every form of the page."""
    (value,) = set(re.findall(rf'name="{name}" value="([^"]*)"', page.text))
    return str(value)


@asynccontextmanager
async def visiting(
    pool: asyncpg.Pool,
    *,
    base_url: str = HTTP,
    can_send: bool = True,
    has_slack: bool = False,
    openid: OpenId | None = None,
    asked_max: int = 100,
    now: datetime = NOON,
    stream_s: float = 60.0,
    channels: Mapping[str, Channel] = NO_CHANNELS,
    directory_of: FindDirectory = no_directory,
    ask: AskScoring | None = None,
) -> AsyncIterator[Visits]:
    """Pages on a database. With `has_slack`, messages can be answered there; everybody's user is made of their id."""
    roster, mail, clock = FakeRoster(), FakeMail(), SteppedClock(now)
    links, metrics = Links(base_url=base_url, secret="signs links"), NudgesMetrics(rules=RULES, channels=[])
    live = LiveTeams(pool, Renderer(), clock, lifetime_s=stream_s, read_version=roster.read_version)
    visits = Visits(
        clock=clock, roster=roster, mail=mail, links=links, metrics=metrics, pool=pool, base_url=base_url, live=live
    )
    personal = PersonalChannel([mail], directory_of, destination=b"", give_up_after=timedelta(hours=1))
    site = Site(
        pool=pool,
        links=links,
        clock=clock,
        metrics=metrics,
        scoring=Scoring(
            read_roster=roster.read,
            find_person=roster.find,
            explain=Explaining().explain,
            ask_about_absence=AbsenceScoring().answer,
            ask=ask or visits.ask,
        ),
        channels=dict(channels) | ({personal.name: personal} if can_send else {}),
        settings=SETTINGS,
        openid=openid,
        is_secure=base_url.startswith("https"),
        asked_max=asked_max,
        live=visits.live,
        on_acknowledged=lambda: None,
        on_decided=visits.queued.set,
    )
    visits.app = site.application(_slack_routes(visits, site.thanks()) if has_slack else ())
    yield visits


def _slack_routes(visits: Visits, thanks: ThanksSender) -> Sequence[BaseRoute]:
    """Where Slack posts what people press."""
    slack = SlackAnswers(
        visits.pool,
        visits.links,
        visits.clock,
        visits.metrics,
        ask_scoring=visits.roster.contacts_in_slack,
        read_roster=visits.roster.read,
        language_of=partial(language_of, visits.pool, default="en"),
        read_secret=lambda: SECRET,
        replies=Replies(base_url="https://slack.invalid/"),
        thanks=thanks,
    )
    return slack.routes()
