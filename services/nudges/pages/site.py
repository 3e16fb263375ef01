"""All pages together: what is served on the port that is open to everybody."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus

import asyncpg
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from services.nudges.access.openid_provider import OpenIdProvider
from services.nudges.access.roster_today import FindPerson, ReadRoster
from services.nudges.decide.decision_context import DecisionSettings
from services.nudges.deliver.channel import Channel
from services.nudges.deliver.channels.personal import PersonalChannel, find_personal_channel
from services.nudges.links import Links
from services.nudges.metrics import NudgesMetrics
from services.nudges.pages.absences.absence_page import AbsencePage, AskScoring
from services.nudges.pages.answers.answer_page import AnswerPage
from services.nudges.pages.answers.undo_page import UndoPage
from services.nudges.pages.api.api_routes import Api
from services.nudges.pages.api.json_pages import JsonPages
from services.nudges.pages.api.token_page import TokenPage
from services.nudges.pages.delivery.delivery_page import DeliveryPage
from services.nudges.pages.disputes.dispute_page import DisputePage
from services.nudges.pages.doors.asking_limit import AskingLimit
from services.nudges.pages.doors.guard import Guard
from services.nudges.pages.doors.openid_page import OpenIdPage
from services.nudges.pages.doors.session_cookie import SessionCookie
from services.nudges.pages.doors.sign_in_messages import SignInMessages
from services.nudges.pages.doors.sign_in_page import SignInPage
from services.nudges.pages.doors.welcome_page import WelcomePage
from services.nudges.pages.effects.effects_page import EffectsPage
from services.nudges.pages.effects.measured_effects import MeasuredEffects
from services.nudges.pages.inbox.inbox_page import InboxPage
from services.nudges.pages.languages.language_page import LanguagePage
from services.nudges.pages.languages.readers_language import ReadersLanguage
from services.nudges.pages.next_hour_page import NextHourPage
from services.nudges.pages.own_page import OwnPage
from services.nudges.pages.people.ask_scoring import AskScoring as AskAnything
from services.nudges.pages.people.people_page import PeoplePage
from services.nudges.pages.people.person_page import PersonPage
from services.nudges.pages.playbook.edit_page import EditPage
from services.nudges.pages.playbook.playbook_page import PlaybookPage
from services.nudges.pages.preferences.preference_page import PreferencePage
from services.nudges.pages.rendering import Renderer
from services.nudges.pages.setup.setup_frame import SetupFrame
from services.nudges.pages.setup.setup_page import SetupPage
from services.nudges.pages.sources.sources_page import SourcesPage
from services.nudges.pages.thanks.send_thanks import ThanksSender
from services.nudges.pages.thanks.thanks_page import ThanksPage
from services.nudges.pages.today.live_teams import LiveTeams
from services.nudges.pages.today.today_page import TodayPage
from services.nudges.pages.wins.wins_page import WinsPage
from shared.clock import Clock, SteppedClock
from shared.events import RepId
from shared.languages.catalogue import ENGLISH
from shared.requests.client import NO_QUERY
from shared.requests.roster.edits import ROSTER_SHOW
from shared.requests.scores import Explanation


@dataclass(frozen=True, kw_only=True, slots=True)
class Scoring:
    """What pages ask of scoring: today's roster, what a day rests on, absences, and anything else by `ask`."""

    read_roster: ReadRoster
    find_person: FindPerson
    explain: Callable[[RepId, date], Awaitable[Explanation]]
    ask_about_absence: AskScoring
    ask: AskAnything


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenId:
    """The company's own sign-in. `name` is what people call it."""

    name: str
    provider: OpenIdProvider


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """What pages are made with. `is_secure`: people reach them by HTTPS. `asked_max` is how many sign-in links may be asked for
    from one address within ten minutes. `on_decided` and `on_acknowledged` are called after each such commit. `language` is for
    visitors whose browser prefers none of ours."""

    pool: asyncpg.Pool
    links: Links
    clock: Clock
    metrics: NudgesMetrics
    scoring: Scoring
    channels: Mapping[str, Channel]
    settings: DecisionSettings
    openid: OpenId | None
    is_secure: bool
    asked_max: int
    live: LiveTeams
    on_acknowledged: Callable[[], None]
    on_decided: Callable[[], None]
    language: str = ENGLISH

    @property
    def channel(self) -> PersonalChannel | None:
        """The channel to individuals, if there is one."""
        return find_personal_channel(self.channels)

    def thanks(self) -> ThanksSender:
        """Sends what people write, wherever they write it."""
        return ThanksSender(self.pool, self.clock, self.metrics, settings=self.settings, on_decided=self.on_decided)

    def application(self, more: Sequence[BaseRoute] = ()) -> Starlette:
        """The pages, and nothing else; with `more` routes that look after their doors themselves."""
        is_demonstration = isinstance(self.clock, SteppedClock)
        renderer, cookie = Renderer(is_demonstration=is_demonstration), SessionCookie(is_secure=self.is_secure)
        guard = Guard(self.pool, self.links, renderer, self.clock, read_roster=self.scoring.read_roster, cookie=cookie)
        inbox = InboxPage(self.pool, self.links, renderer, self.clock, guard)
        messages = SignInMessages(
            self.pool, self.links, self.metrics, channel=self.channel, find_person=self.scoring.find_person
        )
        sign_in = SignInPage(
            self.pool,
            renderer,
            self.clock,
            self.metrics,
            guard,
            messages=messages,
            read_roster=self.scoring.read_roster,
            has_roster=self._has_roster,
            cookie=cookie,
            limit=AskingLimit(asked_max=self.asked_max),
            openid_name=self.openid.name if self.openid is not None else "",
        )
        openid = self._openid_routes(renderer, messages, cookie)
        more = [*more, *NextHourPage(renderer, guard, ask=self.scoring.ask).routes()] if is_demonstration else more
        welcome = WelcomePage(self.pool, renderer, self.clock, self.metrics, cookie=cookie)
        doors = [*openid, *sign_in.routes(), *welcome.routes()]
        others = [*self._other_pages(renderer, guard), *self._operators_pages(renderer, guard, cookie)]
        routes = [*doors, *inbox.routes(), *others, *more]
        middleware = [Middleware(ReadersLanguage, default=self.language), Middleware(JsonPages)]
        return Starlette(routes=routes, middleware=middleware, exception_handlers={HTTPStatus.NOT_FOUND: inbox.not_found})

    async def _has_roster(self) -> bool:
        return bool((await self.scoring.ask(ROSTER_SHOW, NO_QUERY)).text)

    def _operators_pages(self, renderer: Renderer, guard: Guard, cookie: SessionCookie) -> Sequence[BaseRoute]:
        ask, channels = self.scoring.ask, self.channels
        frame = SetupFrame(self.pool, renderer, self.clock, guard, ask=ask, channels=channels)
        return [*SetupPage(frame, cookie).routes(), *SourcesPage(renderer, self.clock, guard, ask=ask).routes()]

    def _openid_routes(self, renderer: Renderer, messages: SignInMessages, cookie: SessionCookie) -> Sequence[BaseRoute]:
        if self.openid is None:
            return []
        page = OpenIdPage(
            self.pool,
            renderer,
            self.clock,
            self.metrics,
            provider=self.openid.provider,
            messages=messages,
            cookie=cookie,
            is_secure=self.is_secure,
        )
        return page.routes()

    def _other_pages(self, renderer: Renderer, guard: Guard) -> Sequence[BaseRoute]:
        pool, links, clock, metrics = self.pool, self.links, self.clock, self.metrics
        transports = self.channel.transports if self.channel is not None else ()
        effects = MeasuredEffects(pool, self.settings.holdout.share_of, clock)
        pages = (
            TodayPage(pool, links, renderer, clock, guard, live=self.live),
            OwnPage(pool, links, renderer, clock, guard, on_acknowledged=self.on_acknowledged),
            AnswerPage(pool, links, renderer, clock, metrics, guard),
            UndoPage(pool, renderer, clock, guard),
            DisputePage(
                pool,
                renderer,
                clock,
                metrics,
                guard,
                explain=self.scoring.explain,
                settings=self.settings,
                on_decided=self.on_decided,
            ),
            AbsencePage(pool, renderer, guard, ask_scoring=self.scoring.ask_about_absence),
            PreferencePage(pool, renderer, clock, guard, transports=transports),
            PlaybookPage(renderer, guard, ask=self.scoring.ask),
            EditPage(renderer, guard, ask=self.scoring.ask),
            WinsPage(pool, renderer, clock, guard),
            EffectsPage(renderer, guard, effects),
            LanguagePage(pool, renderer, clock, guard),
            Api(pool, clock, guard, effects),
            TokenPage(pool, renderer, clock, guard),
            ThanksPage(pool, renderer, clock, guard, thanks=self.thanks()),
            PeoplePage(pool, renderer, clock, guard, channels=self.channels, ask_scoring=self.scoring.ask),
            PersonPage(renderer, guard, ask_scoring=self.scoring.ask),
            DeliveryPage(
                pool,
                renderer,
                clock,
                guard,
                channels=self.channels,
                ask_scoring=self.scoring.ask,
                on_queued=self.on_decided,
            ),
        )
        return [route for page in pages for route in page.routes()]
