"""The composition root of nudges: the only module that knows every class."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from faststream import FastStream
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from services.nudges.access.openid_provider import OpenIdProvider
from services.nudges.access.roster_today import ScoringRoster
from services.nudges.background_jobs import slow_jobs, timed_job
from services.nudges.decide.decision_context import DecisionSettings
from services.nudges.deliver.channel import Channel
from services.nudges.deliver.channel_states import merge_channels
from services.nudges.deliver.channel_types import ChannelResources
from services.nudges.deliver.channels import open_channels
from services.nudges.deliver.channels.personal import find_personal_channel
from services.nudges.deliver.deliver_nudges import Deliverer
from services.nudges.deliver.loop import DeliveryLoop
from services.nudges.deliver.personal.directory import RosterDirectory
from services.nudges.deliver.personal.sections import PersonalKeys
from services.nudges.gauges import gauge_readers
from services.nudges.intake.consumer import Intake
from services.nudges.intake.erased_people import refuse_other_key
from services.nudges.links import Links
from services.nudges.metrics import NudgesMetrics
from services.nudges.outbox import relay_job
from services.nudges.pages.absences.ask_scoring import ask_about_absence
from services.nudges.pages.disputes.explain_day import explain_day
from services.nudges.pages.doors.openid_page import OPENID_BACK_PATH
from services.nudges.pages.people.ask_scoring import asking
from services.nudges.pages.rendering import Renderer
from services.nudges.pages.site import OpenId, Scoring, Site
from services.nudges.pages.slack.replies import Replies
from services.nudges.pages.slack.slack_answers import SlackAnswers
from services.nudges.pages.thanks.send_thanks import ThanksSender
from services.nudges.pages.today.live_teams import LiveTeams
from services.nudges.pending_work import has_pending_work
from services.nudges.requests.handlers import nudge_requests
from services.nudges.rules.catalogue import RULES
from services.nudges.schema import MIGRATIONS, SCHEMA
from services.nudges.settings import NudgesSettings, trusted_authorities
from shared.clock import Clock
from shared.event_types import ANNOUNCEMENT_DELIVERED, NUDGE_DECIDED, NUDGE_DELIVERED, NUDGE_REVISED, PLAYBOOK_ACKNOWLEDGED
from shared.jetstream.client import LeanClient
from shared.jetstream.progress import Progress
from shared.jetstream.publisher import Publisher
from shared.jetstream.streams import NUDGES_CONSUMER, SCORES
from shared.postgres.outbox import OutboxRelay
from shared.service.background import BackgroundJob, measuring_job
from shared.service.broker import ServiceBroker, make_app
from shared.service.consuming import DeadLetters
from shared.service.probes import check_broker, check_postgres, check_progress, probe_routes
from shared.service.process import Front, Job, probe_front, run_process
from shared.service.settings import load_settings, read_secret, read_strong_secret
from shared.service.startup import close_pool, has_finished, pool_of, reach_broker, reach_database
from shared.service.stepped_time import answer_status, make_clock, read_last_tick, tick_router

_NAME: Final = "nudges"
_STREAM_SHARE: Final = 0.8  # of the time that a response may take: an open page ends its stream itself, and connects again
_DESCRIPTION: Final = "Decides about nudges, delivers them, and serves the pages of managers and reps."


class NudgesService:
    """Everything that nudges consists of. Building it does no I/O; `run` reaches the servers and works."""

    def __init__(
        self,
        settings: NudgesSettings,
        channels: Mapping[str, Channel],
        clock: Clock,
        *,
        erasure_key: bytes,
        link_secret: str | None,
    ) -> None:
        self._settings = settings
        self._channels = channels
        self._clock = clock
        self._erasure_key = erasure_key
        self._personal = find_personal_channel(channels)
        self._links = Links(
            base_url=settings.nudges.base_url,
            secret=link_secret,
            people_can_sign_in=self._personal is not None or bool(settings.openid.issuer),
        )
        self._metrics = NudgesMetrics(rules=RULES, channels=channels)
        self._decisions = DecisionSettings(
            channels=tuple(channels),
            holdout=settings.experiments.policy,
            subscribers=settings.nudges.day_plan_subscribers,
            language=settings.nudges.language,
        )
        self._client = LeanClient()
        self._pool = pool_of(settings.postgres, schema=SCHEMA)
        self.directory = RosterDirectory(self._client, self._pool, self._links, clock, language=settings.nudges.language)
        self._roster = ScoringRoster(self._client, self._pool)
        self._events = Publisher(self._client)
        self._dead_letters = Publisher(self._client)
        self._outbox = OutboxRelay(self._pool, self._events, source="/nudges")
        self._relay = relay_job(self._outbox)
        self._timed = self._make_timed_job()
        self._intake = self._make_intake()
        lifetime_s = _STREAM_SHARE * settings.nudges.http_limits().request_timeout_s
        self._live = LiveTeams(self._pool, Renderer(), clock, lifetime_s=lifetime_s, read_version=self._roster.read_version)
        self._deliveries = [self._make_delivery_loop(channel) for channel in channels.values()]
        self._broker = self._make_broker()
        self.app = make_app(self._broker, service=_NAME, description=_DESCRIPTION)

    async def run(self, front: Front, probes: Front) -> None:
        """Run until SIGTERM. The pages are served by `front`, the probes by `probes`.

        Raises:
            ErasureKeyChanged: people were erased under another key.
        """
        await reach_broker(self._broker)
        await reach_database(self._pool, schema=SCHEMA, migrations=MIGRATIONS)
        await refuse_other_key(self._pool, self._erasure_key)
        await merge_channels(self._pool, self._channels)
        await read_last_tick(self._client, self._clock)
        front.server.before_shutdown(self._live.close)
        async with self._events, self._dead_letters:
            await run_process(front, self._web(), self.app, self._broker, jobs=self._jobs(), probes=(probes, self._probes()))
        await close_pool(self._pool)
        await self.app.stop()

    def _make_delivery_loop(self, channel: Channel) -> DeliveryLoop:
        deliverer = Deliverer(pool=self._pool, channel=channel, links=self._links, metrics=self._metrics, clock=self._clock)
        return DeliveryLoop(deliverer, on_delivered=self._relay.wake)

    def _make_intake(self) -> Intake:
        dead_letters = DeadLetters(
            publisher=self._dead_letters,
            service=_NAME,
            reason="unreadable_event",
            on_dead_letter=lambda reason: self._metrics.dead_letters.labels(reason).inc(),
        )
        return Intake(
            pool=self._pool,
            settings=self._decisions,
            clock=self._clock,
            metrics=self._metrics,
            erasure_key=self._erasure_key,
            dead_letters=dead_letters,
            progress=Progress("handling day reports", server="Postgres"),
            on_decided=self._wake,
        )

    def _make_broker(self) -> ServiceBroker:
        broker = ServiceBroker(self._client, self._settings.nats, name=_NAME)
        requests = nudge_requests(
            self._pool,
            self._clock,
            self._links,
            self._channels,
            holdout_probability=self._decisions.holdout.share_of,
            erasure_key=self._erasure_key,
            ask_scoring=self.directory.ask_scoring,
            find_person=self._roster.find,
            on_queued=self._wake,
        )
        answer_status(requests, _NAME, self._clock, self._is_caught_up)
        broker.include_routers(requests.router, tick_router(self._clock))
        broker.publishes([NUDGE_DECIDED, NUDGE_DELIVERED, NUDGE_REVISED, ANNOUNCEMENT_DELIVERED, PLAYBOOK_ACKNOWLEDGED])
        return broker

    def _make_timed_job(self) -> BackgroundJob:
        return timed_job(
            self._pool,
            self._metrics,
            self._clock,
            self._decisions,
            channels=self._channels,
            digest_at=self._settings.nudges.digest_at,
            on_decided=self._wake,
        )

    def _jobs(self) -> Mapping[str, Job]:
        gauges = gauge_readers(self._client, self._pool, self._channels, self._clock, self._metrics)
        jobs = [self._relay, self._timed, *slow_jobs(self._pool, self._metrics, self._clock), measuring_job(gauges)]
        deliveries = {delivery.name: delivery.run for delivery in self._deliveries}
        take_in = partial(self._intake.run, self._client)
        return {"take_in": take_in, "live_pages": self._live.run, **{job.name: job.run for job in jobs}, **deliveries}

    def _wake(self) -> None:
        """Something was decided: there are events to publish and deliveries to make."""
        self._relay.wake()
        for delivery in self._deliveries:
            delivery.wake()

    def _web(self) -> Starlette:
        """The pages, and nothing else: their port is open to everybody."""
        site = Site(
            pool=self._pool,
            links=self._links,
            clock=self._clock,
            metrics=self._metrics,
            scoring=Scoring(
                read_roster=self._roster.read,
                find_person=self._roster.find,
                explain=partial(explain_day, self._client),
                ask_about_absence=partial(ask_about_absence, self._client),
                ask=asking(self._client),
            ),
            channels=self._channels,
            settings=self._decisions,
            openid=self._openid(),
            is_secure=self._settings.nudges.is_secure,
            asked_max=self._settings.nudges.sign_in_links_per_address_max,
            language=self._settings.nudges.language,
            live=self._live,
            on_acknowledged=self._relay.wake,
            on_decided=self._wake,
        )
        return site.application(self._slack(site.thanks()))

    def _probes(self) -> Starlette:
        """/livez, /readyz and /metrics."""
        checks = {
            "nats": check_broker(self._client, self._settings.nats.monitor_url),
            "postgres": check_postgres(self._pool),
            "day_reports": check_progress(self._intake.progress),
            "timed": check_progress(self._timed.progress),
            "outbox": check_progress(self._relay.progress),
            "events": check_progress(self._events.progress),
        }
        return Starlette(routes=probe_routes(self._metrics.registry, checks, self._client.violations))

    def _openid(self) -> OpenId | None:
        """The company's own sign-in, if there is one."""
        section = self._settings.openid
        if not section.issuer:
            return None
        provider = OpenIdProvider(
            issuer=section.issuer,
            client_id=section.client_id,
            read_client_secret=lambda: read_secret(section.client_secret) or "",
            redirect_uri=f"{self._settings.nudges.base_url.rstrip('/')}{OPENID_BACK_PATH}",
        )
        return OpenId(name=section.name, provider=provider)

    def _slack(self, thanks: ThanksSender) -> Sequence[BaseRoute]:
        """Where Slack posts answers, if it may."""
        channels = self._settings.channels
        assert isinstance(channels, PersonalKeys), "every type of channel adds its keys"
        section = channels.slack
        if not section.has_buttons:
            return []
        return SlackAnswers(
            self._pool,
            self._links,
            self._clock,
            self._metrics,
            ask_scoring=self.directory.ask_scoring,
            read_roster=self._roster.read,
            language_of=self.directory.language_of,
            read_secret=section.read_signing_secret,
            replies=Replies(base_url=section.base_url),
            thanks=thanks,
        ).routes()

    async def _is_caught_up(self, now: datetime) -> bool:
        if not await has_finished(self._client, SCORES, NUDGES_CONSUMER):
            return False
        await self._outbox.relay_all()
        return not await has_pending_work(self._pool, self._channels, now=now)


async def run(settings: NudgesSettings) -> None:
    """Run the service until SIGTERM.

    Raises:
        SettingsRefused: a channel cannot be used as it is configured, or the secret of links could be guessed.
        ErasureKeyChanged: people were erased under another key.
    """
    pages = settings.nudges
    front = Front(Starlette(), host=pages.host, port=pages.port, limits=pages.http_limits())
    probes = probe_front(host=pages.probes_host, port=pages.probes_port)
    clock = make_clock(settings.clock.mode)
    erasure_key = settings.privacy.read_erasure_key()
    link_secret = read_strong_secret(settings.nudges.link_secret, key="nudges.link_secret")
    services: list[NudgesService] = []
    resources = ChannelResources(
        clock=clock, authorities=trusted_authorities(), find_directory=lambda: services[0].directory, language=pages.language
    )
    async with open_channels(settings.channels, resources) as channels:
        services.append(NudgesService(settings, channels, clock, erasure_key=erasure_key, link_secret=link_secret))
        await services[0].run(front, probes)


def describe() -> FastStream:
    """The application with default settings and no channel, for its documentation. Nothing is connected or started."""

    async def make() -> FastStream:
        return NudgesService(load_settings(NudgesSettings), {}, make_clock("system"), erasure_key=b"", link_secret=None).app

    return asyncio.run(make())  # a pool of connections belongs to an event loop, even if it is never opened
