"""The handlers of everything that nudges answers over NATS."""

from collections.abc import Callable, Mapping

import asyncpg

from services.nudges.access.roster_today import FindPerson
from services.nudges.context.roster.roster_doubts import list_all_roster_doubts
from services.nudges.context.silent_feeds import list_silent_feeds
from services.nudges.deliver.channel import Channel
from services.nudges.deliver.channels.file import find_file_channel
from services.nudges.deliver.enable_channel import enable_channel
from services.nudges.deliver.list_channels import list_channels, show_channel
from services.nudges.deliver.people.ways_to_people import AskScoring, list_ways, list_webhook_keys, resend, send_test
from services.nudges.domain.working_time import local_day
from services.nudges.experiments.calibrate_teams import calibrate_teams
from services.nudges.experiments.list_effects import HoldoutProbability, list_effects
from services.nudges.experiments.resume_rule import resume_rule
from services.nudges.links import TODAY_PATH, Links, inbox_path, own_page_path
from services.nudges.pages.disputes.list_disputes import list_disputes
from services.nudges.requests.access import (
    add_named_operator,
    list_all_operators,
    list_open_sessions,
    make_first_operator_url,
    make_sign_in_url,
    remove_named_operator,
    revoke,
)
from services.nudges.requests.erase_person import erase_person
from services.nudges.requests.list_nudges import list_nudges
from shared.clock import Clock
from shared.events import PersonId
from shared.requests.access import (
    OPERATOR_ADD,
    OPERATOR_FIRST,
    OPERATOR_LIST,
    OPERATOR_REMOVE,
    SESSION_LIST,
    SESSION_REVOKE,
    FirstOperatorLink,
    OperatorList,
    OperatorRow,
    OperatorToAdd,
    OperatorToRemove,
    SessionList,
    SessionQuery,
    SessionToRevoke,
)
from shared.requests.endpoint import NoQuery
from shared.requests.erasure import ERASE_NUDGES, ErasedNudges, ErasureOrder
from shared.requests.nudges import (
    CHANNEL_ENABLE,
    CHANNEL_LIST,
    DISPUTE_LIST,
    DROP_CALIBRATE,
    EFFECT_LIST,
    INBOX_LINK,
    NUDGE_LIST,
    OWN_PAGE_LINK,
    ROSTER_DOUBTS,
    RULE_RESUME,
    SILENT_FEEDS,
    CalibrationList,
    CalibrationQuery,
    ChannelList,
    ChannelName,
    DisputeList,
    DisputeQuery,
    EffectList,
    Link,
    ManagerQuery,
    NudgePage,
    NudgeQuery,
    RepQuery,
    RosterDoubtList,
    RuleName,
    SilentFeedList,
)
from shared.requests.people import (
    NUDGE_RESEND,
    PERSON_TEST,
    WAY_LIST,
    WEBHOOK_KEYS,
    ContactQuery,
    NudgeToResend,
    PersonTest,
    TestResult,
    WayList,
    WebhookKeyList,
)
from shared.requests.router import RequestRouter


def nudge_requests(
    pool: asyncpg.Pool,
    clock: Clock,
    links: Links,
    channels: Mapping[str, Channel],
    *,
    holdout_probability: HoldoutProbability,
    erasure_key: bytes,
    ask_scoring: AskScoring,
    find_person: FindPerson,
    on_queued: Callable[[], None],
) -> RequestRouter:
    """A router with all handlers; include its `router` in the broker. Whichever replica gets a question answers it.
    `ask_scoring` says how a person is reached, and `on_queued` is called when there is something to deliver."""
    requests = RequestRouter(queue="nudges")
    _add_lists(requests, pool, clock, holdout_probability=holdout_probability)
    _add_channels(requests, pool, clock, channels)
    _add_people(requests, pool, clock, channels, ask_scoring=ask_scoring, on_queued=on_queued)
    _add_links(requests, pool, clock, links)
    _add_access(requests, pool, clock, links, find_person=find_person)
    _add_experiments(requests, pool, clock)
    _add_erasure(requests, pool, clock, channels, erasure_key=erasure_key)
    return requests


def _add_lists(requests: RequestRouter, pool: asyncpg.Pool, clock: Clock, *, holdout_probability: HoldoutProbability) -> None:
    @requests.handles(NUDGE_LIST)
    async def answer_nudges(query: NudgeQuery) -> NudgePage:
        return await list_nudges(pool, query)

    @requests.handles(SILENT_FEEDS)
    async def answer_silent_feeds(_: NoQuery) -> SilentFeedList:
        return await list_silent_feeds(pool)

    @requests.handles(ROSTER_DOUBTS)
    async def answer_roster_doubts(_: NoQuery) -> RosterDoubtList:
        return await list_all_roster_doubts(pool, today=local_day(clock.now(), "UTC"))

    @requests.handles(EFFECT_LIST)
    async def answer_effects(_: NoQuery) -> EffectList:
        return await list_effects(pool, holdout_probability)

    @requests.handles(DISPUTE_LIST)
    async def answer_disputes(query: DisputeQuery) -> DisputeList:
        return await list_disputes(pool, query)


def _add_channels(requests: RequestRouter, pool: asyncpg.Pool, clock: Clock, channels: Mapping[str, Channel]) -> None:
    @requests.handles(CHANNEL_LIST)
    async def answer_channels(_: NoQuery) -> ChannelList:
        return await list_channels(pool, channels, now=clock.now())

    @requests.handles(CHANNEL_ENABLE)
    async def enable(query: ChannelName) -> ChannelList:
        await enable_channel(pool, query.name, configured=channels)
        return await show_channel(pool, query.name, now=clock.now())


def _add_people(
    requests: RequestRouter,
    pool: asyncpg.Pool,
    clock: Clock,
    channels: Mapping[str, Channel],
    *,
    ask_scoring: AskScoring,
    on_queued: Callable[[], None],
) -> None:
    @requests.handles(WAY_LIST)
    async def answer_ways(_: NoQuery) -> WayList:
        return await list_ways(pool, channels)

    @requests.handles(PERSON_TEST)
    async def answer_test(query: PersonTest) -> TestResult:
        return await send_test(pool, channels, query, now=clock.now())

    @requests.handles(WEBHOOK_KEYS)
    async def answer_webhook_keys(query: ContactQuery) -> WebhookKeyList:
        return await list_webhook_keys(channels, query.person, ask_scoring)

    @requests.handles(NUDGE_RESEND)
    async def answer_resend(query: NudgeToResend) -> NudgeToResend:
        await resend(pool, channels, query.nudge, now=clock.now())
        on_queued()
        return query


def _add_links(requests: RequestRouter, pool: asyncpg.Pool, clock: Clock, links: Links) -> None:
    @requests.handles(INBOX_LINK)
    async def answer_inbox_link(query: ManagerQuery) -> Link:
        page = TODAY_PATH if query.is_today else inbox_path(query.manager)
        return Link(url=await make_sign_in_url(pool, links, PersonId(query.manager), page, now=clock.now()))

    @requests.handles(OWN_PAGE_LINK)
    async def answer_own_page_link(query: RepQuery) -> Link:
        page = own_page_path(query.rep)
        return Link(url=await make_sign_in_url(pool, links, PersonId(query.rep), page, now=clock.now()))


def _add_access(requests: RequestRouter, pool: asyncpg.Pool, clock: Clock, links: Links, *, find_person: FindPerson) -> None:
    @requests.handles(SESSION_LIST)
    async def answer_sessions(query: SessionQuery) -> SessionList:
        return await list_open_sessions(pool, query.person, now=clock.now())

    @requests.handles(SESSION_REVOKE)
    async def answer_revoke(query: SessionToRevoke) -> SessionToRevoke:
        return await revoke(pool, query)

    @requests.handles(OPERATOR_ADD)
    async def answer_operator_add(query: OperatorToAdd) -> OperatorRow:
        return await add_named_operator(pool, find_person, query, now=clock.now())

    @requests.handles(OPERATOR_REMOVE)
    async def answer_operator_remove(query: OperatorToRemove) -> OperatorToRemove:
        return await remove_named_operator(pool, query)

    @requests.handles(OPERATOR_FIRST)
    async def answer_operator_first(_: NoQuery) -> FirstOperatorLink:
        return await make_first_operator_url(pool, links, now=clock.now())

    @requests.handles(OPERATOR_LIST)
    async def answer_operators(_: NoQuery) -> OperatorList:
        return await list_all_operators(pool)


def _add_experiments(requests: RequestRouter, pool: asyncpg.Pool, clock: Clock) -> None:
    @requests.handles(DROP_CALIBRATE)
    async def calibrate(query: CalibrationQuery) -> CalibrationList:
        return await calibrate_teams(pool, query.team, now=clock.now())

    @requests.handles(RULE_RESUME)
    async def resume(query: RuleName) -> RuleName:
        await resume_rule(pool, query.rule, now=clock.now())
        return query


def _add_erasure(
    requests: RequestRouter, pool: asyncpg.Pool, clock: Clock, channels: Mapping[str, Channel], *, erasure_key: bytes
) -> None:
    file = find_file_channel(channels)

    @requests.handles(ERASE_NUDGES)
    async def erase(order: ErasureOrder) -> ErasedNudges:
        return await erase_person(pool, file, PersonId(order.person), erasure_key=erasure_key, now=clock.now())
