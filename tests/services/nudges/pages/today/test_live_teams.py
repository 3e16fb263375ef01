"""Open pages are brought up to date: once read for all pages of a team, over the notifications of a real database."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta

import asyncpg
import pytest

from services.nudges.access.sessions import Origin, open_session, revoke_session
from services.nudges.domain.roster.access import PersonToday
from services.nudges.pages.rendering import Renderer
from services.nudges.pages.today import live_teams
from services.nudges.pages.today.live_teams import LiveTeams
from services.nudges.pages.today.load_teams import EarlierDays, Teams, load_teams
from services.nudges.pages.today.one_thing import mark_open_reminders
from services.nudges.pages.today.subscriber import Subscriber, Viewer
from services.nudges.pages.today.team_view import TeamView
from shared.clock import SteppedClock
from shared.events import DayReport, PersonId
from shared.languages.current import using_language
from tests.services.nudges.builders.days import MONDAY
from tests.services.nudges.builders.people import ANA, BEN, JON, MARA, NORTH, SOUTH, make_rep
from tests.services.nudges.builders.reports import behaviour, open_report, report
from tests.services.nudges.builders.rosters import rep_today
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.conftest import NOON, Nudging
from tests.services.nudges.pages.doors.visits import FakeRoster
from tests.services.nudges.pages.today.reminders import REMINDER

ZOE = make_rep("zoe", "Zoe Zed")
IN_NORTH: Teams = {NORTH.id: (rep_today(ANA), rep_today(ZOE))}
IN_SOUTH: Teams = {SOUTH.id: (rep_today(BEN, SOUTH.id),)}
IN_BOTH: Teams = {**IN_NORTH, **IN_SOUTH}
ENOUGH_S = 30.0


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_teams, "_CHECK_EVERY_S", 0.01)
    monkeypatch.setattr(live_teams, "_RETRY_S", 0.01)
    monkeypatch.setattr(live_teams, "_ROSTER_EVERY_S", 0.015)


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The teams that were loaded, in order."""
    teams_loaded: list[str] = []

    async def count_and_load(
        pool: asyncpg.Pool, teams: Teams, earlier: EarlierDays | None = None, *, now: object
    ) -> tuple[list[TeamView], EarlierDays]:
        teams_loaded.extend(teams)
        return await load_teams(pool, teams, earlier, now=NOON)

    monkeypatch.setattr(live_teams, "load_teams", count_and_load)
    return teams_loaded


@pytest.fixture
def roster() -> FakeRoster:
    return FakeRoster()


@pytest.fixture
async def live(nudging: Nudging, roster: FakeRoster) -> LiveTeams:
    """Ana and Zoe of North, and Ben of South, have begun their Monday."""
    await nudging.take_in(open_report(), open_report(rep=ZOE), open_report(rep=BEN, team=SOUTH))
    return LiveTeams(nudging.pool, Renderer(), SteppedClock(NOON), lifetime_s=60, read_version=roster.read_version)


@asynccontextmanager
async def running(live: LiveTeams) -> AsyncIterator[None]:
    """The job runs, and has begun to listen."""
    stopping = asyncio.Event()
    job = asyncio.create_task(live.run(stopping))
    while not live._is_listening:
        await asyncio.sleep(0.001)
    try:
        yield
    finally:
        stopping.set()
        await job


async def _session(nudging: Nudging) -> int:
    async with nudging.pool.acquire() as connection:
        await open_session(connection, PersonId("mara"), Origin.MESSAGE, now=NOON)
    newest: int = await nudging.pool.fetchval("SELECT max(id) FROM session")
    return newest


async def _open(nudging: Nudging, live: LiveTeams, teams: Teams) -> AbstractAsyncContextManager[Subscriber]:
    return live.subscribed(teams, Viewer(person_id=MARA.id, session_id=await _session(nudging)), fingerprint="")


def _report_of_calls(count: int, *, revision: int = 2) -> DayReport:
    return report(score=10 * count, state="open", behaviours=(behaviour("Calls", count, 10),), revision=revision)


async def _take(page: Subscriber) -> Sequence[str]:
    return sorted(await page.take(timeout_s=ENOUGH_S))


async def test_a_change_reaches_every_open_page_of_its_team_and_is_read_once(
    nudging: Nudging, live: LiveTeams, loaded: list[str]
) -> None:
    opened = [await _open(nudging, live, teams) for teams in (IN_NORTH, IN_NORTH, IN_SOUTH)]
    async with running(live), opened[0] as first, opened[1] as second, opened[2] as other:
        assert [await _take(page) for page in (first, second, other)] == [
            ["rep-ana", "rep-zoe", "summary-north"],
            ["rep-ana", "rep-zoe", "summary-north"],
            ["rep-ben", "summary-south"],
        ]
        loaded.clear()

        await nudging.take_in(_report_of_calls(4))
        rows = [await page.take(timeout_s=ENOUGH_S) for page in (first, second)]

        assert [list(row) for row in rows] == [["rep-ana"], ["rep-ana"]]
        assert "4 of 10" in rows[0]["rep-ana"]
        assert loaded == ["north"]
        assert await other.take(timeout_s=0) == {}
    assert (live.page_count, live._teams) == (0, {})

    loaded.clear()
    await nudging.take_in(_report_of_calls(5, revision=3))
    assert loaded == []


async def test_pages_of_a_team_in_two_languages_each_get_their_own_rows(
    nudging: Nudging, live: LiveTeams, loaded: list[str]
) -> None:
    with using_language("es"):
        in_spanish = await _open(nudging, live, IN_NORTH)
        async with running(live), in_spanish as spanish:
            await _take(spanish)
            with using_language("en"):
                async with await _open(nudging, live, IN_NORTH) as english:
                    await _take(english)
                    begun = (live.fingerprint_of(spanish), live.fingerprint_of(english))
                    loaded.clear()

                    await nudging.take_in(_report_of_calls(4))
                    rows = [(await page.take(timeout_s=ENOUGH_S))["rep-ana"] for page in (spanish, english)]

                    assert [("4 de 10" in row, "4 of 10" in row) for row in rows] == [(True, False), (False, True)]
                    assert begun[0] != begun[1]
                    assert loaded == ["north", "north"]
    assert live._teams == {}


async def test_a_page_that_connects_is_sent_what_has_changed_since_its_fingerprint(nudging: Nudging, live: LiveTeams) -> None:
    viewer = Viewer(person_id=MARA.id, session_id=await _session(nudging))

    async def connect(fingerprint: str) -> tuple[Sequence[str], str]:
        async with live.subscribed(IN_BOTH, viewer, fingerprint=fingerprint) as page:
            return sorted(await page.take(timeout_s=0)), live.fingerprint_of(page)

    everything, begun = await connect("")
    nothing, same = await connect(begun)
    await nudging.take_in(_report_of_calls(4))
    of_north, changed = await connect(begun)

    assert everything == ["rep-ana", "rep-ben", "rep-zoe", "summary-north", "summary-south"]
    assert (nothing, same) == ([], begun)
    assert of_north == ["rep-ana", "rep-zoe", "summary-north"]
    assert changed.split(".")[1] == begun.split(".")[1]
    assert (await connect("north"))[0] == everything


async def test_pages_that_connect_shortly_after_each_other_share_one_reading_while_changes_are_noticed(
    nudging: Nudging, live: LiveTeams, loaded: list[str]
) -> None:
    opened = [await _open(nudging, live, IN_NORTH) for _ in range(3)]
    async with opened[0], opened[1]:
        assert loaded == ["north"] * 2, "nobody listens yet, so nothing is known to be fresh"
        async with running(live), opened[2] as page:
            await _take(page)
            loaded.clear()
            async with await _open(nudging, live, IN_NORTH), await _open(nudging, live, IN_NORTH):
                assert loaded == []
            joined: Teams = {NORTH.id: (*IN_NORTH[NORTH.id], PersonToday(id=BEN.id, name=BEN.name, team=NORTH.id))}
            async with await _open(nudging, live, joined):
                assert loaded == ["north"]
            assert "rep-ben" in await _take(page)


async def test_a_page_is_ended_when_its_session_is_revoked_and_others_go_on(nudging: Nudging, live: LiveTeams) -> None:
    async with running(live), await _open(nudging, live, IN_NORTH) as page, await _open(nudging, live, IN_NORTH) as other:
        await _take(page)

        await revoke_session(nudging.pool, page.viewer.session_id)
        while not page.has_ended:
            await page.take(timeout_s=ENOUGH_S)

        assert (page.is_signed_out, other.has_ended) == (True, False)


async def test_a_page_is_outdated_once_its_visitor_has_other_reminders(nudging: Nudging, live: LiveTeams, rows: Rows) -> None:
    of_jon = live.subscribed(IN_NORTH, Viewer(person_id=JON.id, session_id=await _session(nudging)), fingerprint="")
    async with running(live), await _open(nudging, live, IN_NORTH) as page, of_jon as other:
        await rows.add_nudge(REMINDER)
        await _until_it_ends(page)

        assert (page.is_outdated, page.is_signed_out, other.has_ended) == (True, False, False)
        async with nudging.pool.acquire() as connection:
            mark = (await mark_open_reminders(connection, [MARA.id], now=NOON))[MARA.id]
        viewer = Viewer(person_id=MARA.id, session_id=await _session(nudging))
        async with live.subscribed(IN_NORTH, viewer, fingerprint=f"north~{mark}") as anew:
            await nudging.pool.execute("UPDATE nudge SET retracted_at = $1 WHERE id = $2", NOON, REMINDER.id)
            await _until_it_ends(anew)
            assert (mark in live.fingerprint_of(anew), anew.is_outdated, other.has_ended) == (True, True, False)


async def test_pages_connect_again_once_the_roster_has_changed(nudging: Nudging, live: LiveTeams, roster: FakeRoster) -> None:
    async with running(live):
        async with await _open(nudging, live, IN_NORTH) as page, await _open(nudging, live, IN_SOUTH) as other:
            roster.version = None
            await _take(page)
            roster.version = 2
            await _until_it_ends(page)
            await _until_it_ends(other)
            assert (page.is_outdated, page.is_signed_out) == (False, False)
        async with await _open(nudging, live, IN_NORTH) as again:
            await _take(again)
            assert await again.take(timeout_s=0.1) == {}
            assert not again.has_ended


async def _until_it_ends(page: Subscriber) -> None:
    while not page.has_ended:
        await page.take(timeout_s=ENOUGH_S)


async def test_what_changed_while_the_connection_was_lost_is_made_up_for(
    nudging: Nudging, live: LiveTeams, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_back, wait = asyncio.Event(), live_teams._wait

    async def wait_for_the_test(stopping: asyncio.Event, timeout_s: float) -> None:
        await (is_back.wait() if timeout_s == live_teams._RETRY_S else wait(stopping, timeout_s))

    monkeypatch.setattr(live_teams, "_wait", wait_for_the_test)
    monkeypatch.setattr(live_teams, "_CHECK_EVERY_S", 0.02)
    async with running(live), await _open(nudging, live, IN_NORTH) as page:
        await _take(page)
        await nudging.pool.execute("ALTER TABLE session RENAME TO hidden")  # the next check fails
        while live._is_listening:
            await asyncio.sleep(0.001)

        await nudging.take_in(_report_of_calls(4))
        await nudging.pool.execute("ALTER TABLE hidden RENAME TO session")
        is_back.set()

        assert "rep-ana" in await _take(page)


async def test_all_pages_end_with_the_process_and_none_begins(nudging: Nudging, live: LiveTeams) -> None:
    async with await _open(nudging, live, IN_NORTH) as page:
        live.close()
        async with await _open(nudging, live, IN_NORTH) as late:
            assert (page.has_ended, late.has_ended, page.is_signed_out) == (True, True, False)


async def test_a_page_that_reads_slowly_gets_the_newest_of_each_element() -> None:
    page = Subscriber([NORTH.id], Viewer(person_id=MARA.id, session_id=1), reminders="")

    page.put({"rep-ana": "old", "rep-zoe": "row"})
    page.put({"rep-ana": "new"})

    assert await page.take(timeout_s=0) == {"rep-ana": "new", "rep-zoe": "row"}
    assert await page.take(timeout_s=0) == {}


def test_streams_that_begin_together_do_not_end_together(live: LiveTeams) -> None:
    lifetimes = [live.new_lifetime_s() for _ in range(100)]

    assert 48 <= min(lifetimes) < max(lifetimes) <= 60


async def test_rows_are_as_old_as_the_day_they_are_read(nudging: Nudging, live: LiveTeams) -> None:
    """Earlier days are read again after five minutes, or when a new day has begun."""
    _, earlier = await load_teams(nudging.pool, IN_NORTH, now=NOON)
    before = {ANA.id: MONDAY, ZOE.id: MONDAY}

    assert earlier.serve(before, now=NOON + timedelta(minutes=4, seconds=59))
    assert not earlier.serve(before, now=NOON + timedelta(minutes=5))
    assert not earlier.serve(before, now=NOON - timedelta(seconds=1))
    assert not earlier.serve({**before, ANA.id: MONDAY + timedelta(days=1)}, now=NOON)
