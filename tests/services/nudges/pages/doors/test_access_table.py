"""Every person tries every door of every route, on the real application."""

from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest
from starlette.routing import Mount, Route

from services.nudges.access.openid_provider import OpenIdProvider
from services.nudges.access.sessions import Origin
from services.nudges.access.sign_in_links import LINK_AGE_MAX, SignInLink, add_sign_in_link
from services.nudges.pages.site import OpenId
from shared.events import NudgeKind, PersonId
from tests.services.nudges.builders.days import MONDAY, NOON
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.doors.access_table import (
    KEPT,
    LISTED,
    MANAGES,
    OPEN,
    PEOPLE,
    READS,
    ROWS,
    SLACK,
    Row,
    Way,
)
from tests.services.nudges.pages.doors.access_world import A_MONTH, MANAGERS, World, make_world
from tests.services.nudges.pages.doors.visits import field_of, visiting
from tests.services.nudges.pages.slack.requests import body_of, press, press_thanks, signed_headers


@pytest.fixture
async def world(pool: asyncpg.Pool) -> AsyncIterator[World]:
    provider = OpenIdProvider(issuer="", client_id="", read_client_secret=lambda: "", redirect_uri="")
    async with visiting(pool, has_slack=True, openid=OpenId(name="Acme account", provider=provider), stream_s=0) as visits:
        yield await make_world(visits)


async def test_every_route_has_a_row(world: World) -> None:
    routes = {
        (method, route.path)
        for route in world.visits.app.routes
        if isinstance(route, Route)
        for method in (route.methods or {"any"}) - {"HEAD"}
    } | {("GET", route.path) for route in world.visits.app.routes if isinstance(route, Mount)}

    assert routes == {(row.method, row.path) for row in ROWS} | OPEN | {SLACK}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.title)
async def test_those_get_in_whom_the_table_grants_it_and_nobody_else(world: World, row: Row) -> None:
    for way in Way:
        admitted = [person for person in PEOPLE if await world.gets_in(row, person, way)]
        assert admitted == sorted(row.grants.get(way, "").split(), key=PEOPLE.index), way

    world.visits.pass_time(A_MONTH)
    for way in KEPT:
        admitted = [person for person in PEOPLE if await world.gets_in(row, person, way)]
        assert admitted == sorted(row.late.get(way, "").split(), key=PEOPLE.index), f"{way}, a month later"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.title)
async def test_nobody_gets_in_without_a_session_or_with_that_of_somebody_else(world: World, row: Row) -> None:
    owners = row.grants.get(Way.SESSION, "").split()
    tokens = dict(world.sessions)
    for owner in owners:
        others = set(PEOPLE) - ({owner} if "{person}" in row.path else set(owners))
        for visitor in (*others, ""):
            world.sessions[owner] = tokens.get(visitor, "")
            assert not await world.gets_in(row, owner, Way.SESSION), (owner, visitor)
        world.sessions[owner] = tokens[owner]


async def test_the_first_page_leads_those_to_theirs_whom_the_roster_lists(world: World) -> None:
    places = {}
    for person in PEOPLE:
        async with world.visits.browser() as browser:
            browser.cookies.set("daymark-session", world.sessions[person])
            response = await browser.get("/")
            places[person] = response.headers.get("location", response.status_code)

    assert places == {
        "ana": "/you/ana/-",
        "ben": "/you/ben/-",
        "moe": "/you/moe/-",
        "fay": "/sign-in",
        "mara": "/today",
        "nia": "/today",
        "max": "/sign-in",
        "jon": "/today",
        "olga": "/delivery",
    }


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_sign_in_link_works_for_those_whom_the_roster_lists_once_and_not_for_long(world: World, method: str) -> None:
    admitted = []
    for person in PEOPLE:
        async with world.visits.pool.acquire() as connection:
            link = SignInLink(person_id=PersonId(person), origin=Origin.MESSAGE, next_path="")
            token, late = [await add_sign_in_link(connection, link, now=NOON - age) for age in (timedelta(), LINK_AGE_MAX)]
        async with world.visits.browser() as browser:
            statuses = [
                (await browser.request(method, f"/sign-in/{each}")).status_code
                for each in (token, late, world.used_links[person], "0" * 43)
            ]
        assert statuses[1:] == [410, 410, 410]
        admitted += [person] if statuses[0] in {200, 303} else []

    assert admitted == sorted(LISTED.split(), key=PEOPLE.index)


async def test_only_the_session_itself_signs_out(world: World) -> None:
    async with world.visits.browser() as ben, world.visits.browser() as ana:
        ana.cookies.set("daymark-session", world.sessions["ana"])
        ben.cookies.set("daymark-session", world.sessions["ben"])
        csrf = field_of(await ana.get("/you/ana/-"))
        refused = await ben.post("/sign-out", data={"csrf": csrf})

        assert refused.status_code == 403
        assert (await ben.get("/you/ben/-")).status_code == 200
        assert (await ana.post("/sign-out", data={"csrf": csrf})).status_code == 303
        assert (await ana.get("/you/ana/-")).status_code == 303


@pytest.mark.parametrize("subject", READS)
async def test_a_button_in_slack_answers_for_the_recipient_whom_the_roster_lists_and_for_nobody_else(
    world: World, subject: str
) -> None:
    for person in PEOPLE:
        body = body_of(press("not_useful", nudge_id=f"to-{subject}", user=f"U0{person.upper():0<8}"))
        forged = signed_headers(body, secret="a secret that is not Slack's")
        old = signed_headers(body, now=NOON - timedelta(minutes=6))
        async with world.visits.browser() as browser:
            refused = [await browser.post(SLACK[1], content=body, headers=headers) for headers in ({}, forged, old)]
            assert [response.status_code for response in refused] == [401, 401, 401]
            assert (await browser.post(SLACK[1], content=body, headers=signed_headers(body))).status_code == 200

    answered = await world.visits.pool.fetch("SELECT person_id FROM answer")
    assert [row["person_id"] for row in answered] == ([subject] if subject in READS[subject].split() else [])


@pytest.mark.parametrize("subject", MANAGES)
async def test_a_field_in_slack_sends_for_the_manager_of_today_who_was_reminded_and_for_nobody_else(
    world: World, subject: str
) -> None:
    rows = Rows(world.visits.pool)
    for manager in MANAGERS.values():
        reminder = make_nudge(
            f"due-{manager.id}",
            person=manager,
            kind=NudgeKind.RECOGNITION,
            rule="recognition_due",
            occasion=f"{subject}:{MONDAY}",
        )
        await rows.add_nudge(reminder)

    for person in PEOPLE:
        for manager in MANAGERS.values():
            body = body_of(press_thanks("Great save.", nudge_id=f"due-{manager.id}", user=f"U0{person.upper():0<8}"))
            async with world.visits.browser() as browser:
                assert (await browser.post(SLACK[1], content=body, headers=signed_headers(body))).status_code == 200

    written = await rows.pool.fetch("SELECT manager_id, rep_id FROM recognition ORDER BY manager_id")
    assert [tuple(row) for row in written] == [(manager, subject) for manager in MANAGES[subject].split()]
