"""Every question that nudges answers over NATS, on a real broker and a real database."""

from collections.abc import AsyncIterator
from typing import Final

import asyncpg
import pytest
from faststream.nats import NatsBroker
from nats.aio.client import Client

from services.nudges.access.sessions import Origin
from services.nudges.access.sign_in_links import SignInLink, find_sign_in_link
from services.nudges.deliver.channel_states import merge_channels
from services.nudges.domain.feedback.answers import Answer
from services.nudges.experiments.rule_pauses import mark_rule_paused
from services.nudges.requests.handlers import nudge_requests
from shared.clock import SteppedClock
from shared.events import PersonId, TeamId
from shared.jetstream.client import LeanClient
from shared.reach import ContactPoint
from shared.requests.client import NO_QUERY, Refused, ask
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
    RULE_RESUME,
    SILENT_FEEDS,
    CalibrationQuery,
    ChannelName,
    DisputeQuery,
    ManagerQuery,
    NudgeQuery,
    RepQuery,
    RuleName,
)
from shared.requests.people import WEBHOOK_KEYS, ContactList, ContactQuery, NamedPerson
from tests.services.nudges.builders.days import MONDAY, NOON
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, MARA
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.deliver.recorder import Recorder
from tests.services.nudges.pages.browser import LINKS

HOLDOUT: Final = 0.2


async def _say_where(_: PersonId) -> ContactList:
    return ContactList(contacts=(ContactPoint(transport="webhook", address="https://ana.example.com/daymark"),))


async def find_person(typed: str, *, is_email: bool) -> NamedPerson:
    """Of today's roster, which lists Ana."""
    return NamedPerson(person=ANA.id, name=ANA.name) if typed == "ana@example.com" and not is_email else NamedPerson()


@pytest.fixture
async def connection(pool: asyncpg.Pool, nats: LeanClient, nats_url: str) -> AsyncIterator[Client]:
    """A connection to a broker on which nudges answers."""
    channel = Recorder()
    await merge_channels(pool, {channel.name: channel})
    requests = nudge_requests(
        pool,
        SteppedClock(NOON),
        LINKS,
        {channel.name: channel},
        holdout_probability=lambda _: HOLDOUT,
        ask_scoring=_say_where,
        erasure_key=b"a key",
        find_person=find_person,
        on_queued=lambda: None,
    )
    broker = NatsBroker(nats_url)
    broker.include_router(requests.router)
    await broker.start()
    yield nats
    await broker.stop()


async def test_the_key_of_a_webhook_is_refused_while_no_way_to_people_is_configured(connection: Client) -> None:
    with pytest.raises(Refused, match="No way to individuals is configured"):
        await ask(connection, WEBHOOK_KEYS, ContactQuery(person=ANA.id))


async def test_nudges_are_listed(connection: Client, rows: Rows) -> None:
    await rows.add_nudge(make_nudge())

    page = await ask(connection, NUDGE_LIST, NudgeQuery(person=ANA.id))

    assert [row.id for row in page.rows] == ["plan-done"]


async def test_a_link_signs_a_manager_or_a_rep_in_and_leads_to_their_page(connection: Client, pool: asyncpg.Pool) -> None:
    inbox = await ask(connection, INBOX_LINK, ManagerQuery(manager=MARA.id))
    today = await ask(connection, INBOX_LINK, ManagerQuery(manager=MARA.id, is_today=True))
    own_page = await ask(connection, OWN_PAGE_LINK, RepQuery(rep=ANA.id))

    assert inbox.url.startswith("http://pages/sign-in/")
    tokens = [link.url.rpartition("/")[2] for link in (inbox, today, own_page)]
    assert [await find_sign_in_link(pool, token, now=NOON) for token in tokens] == [
        SignInLink(person_id=MARA.id, origin=Origin.COMMAND, next_path="/inbox/mara/-"),
        SignInLink(person_id=MARA.id, origin=Origin.COMMAND, next_path="/today"),
        SignInLink(person_id=ANA.id, origin=Origin.COMMAND, next_path="/you/ana/-"),
    ]


async def test_a_person_is_erased(connection: Client, rows: Rows) -> None:
    await rows.add_nudge(make_nudge())
    await rows.add_answer(make_nudge().id, ANA.id, Answer.NOT_USEFUL)

    erased = await ask(connection, ERASE_NUDGES, ErasureOrder(subject="person", person=ANA.id, source=None))

    assert erased == ErasedNudges(nudges=1, reports=0, lines=0)


async def test_channels_are_listed_and_enabled(connection: Client, pool: asyncpg.Pool) -> None:
    await pool.execute("UPDATE channel SET disabled_at = $1", NOON)

    (disabled,) = (await ask(connection, CHANNEL_LIST, NO_QUERY)).channels
    (enabled,) = (await ask(connection, CHANNEL_ENABLE, ChannelName(name="recorder"))).channels

    assert (disabled.name, disabled.state, enabled.state) == ("recorder", "disabled", "ok")
    with pytest.raises(Refused, match="pager: There is no channel with this name"):
        await ask(connection, CHANNEL_ENABLE, ChannelName(name="pager"))


async def test_effects_are_listed_and_a_paused_rule_resumed(connection: Client, pool: asyncpg.Pool) -> None:
    await mark_rule_paused(pool, "plan_done", now=NOON)

    effects = await ask(connection, EFFECT_LIST, NO_QUERY)
    resumed = await ask(connection, RULE_RESUME, RuleName(rule="plan_done"))

    by_rule = {row.rule: row for row in effects.rules}
    assert (by_rule["plan_done"].paused_at, by_rule["plan_done"].holdout) == (NOON, HOLDOUT)
    assert resumed.rule == "plan_done"
    with pytest.raises(Refused, match="plan_done: No rule with this name is paused"):
        await ask(connection, RULE_RESUME, RuleName(rule="plan_done"))


async def test_teams_silent_feeds_and_disputes_are_asked_for(connection: Client) -> None:
    assert (await ask(connection, DROP_CALIBRATE, CalibrationQuery())).teams == ()
    assert (await ask(connection, SILENT_FEEDS, NO_QUERY)).feeds == ()
    assert (await ask(connection, DISPUTE_LIST, DisputeQuery(rep=ANA.id, day=MONDAY))).rows == ()
    with pytest.raises(Refused, match="nowhere: No rep of this team has an open day"):
        await ask(connection, DROP_CALIBRATE, CalibrationQuery(team=TeamId("nowhere")))
