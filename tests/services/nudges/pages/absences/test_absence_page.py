"""A manager enters that a rep was away, and withdraws it: over HTTP, on a real database."""

import re
from datetime import timedelta
from urllib.parse import urljoin

import asyncpg
import httpx
import pytest

from shared.events import PossibleAbsence
from shared.requests.absences import AbsenceSpan
from shared.requests.client import NoResponder, Refused
from tests.services.nudges.builders.days import MONDAY, WEDNESDAY
from tests.services.nudges.builders.people import ANA, JON, MARA
from tests.services.nudges.builders.reports import open_report
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.absences.conftest import FRIDAY, AbsenceScoring, visiting
from tests.services.nudges.pages.browser import OLD, visible_text

WEEK = PossibleAbsence(rep=ANA, first=MONDAY, last=FRIDAY)
PAGE = OLD.absence_url(MARA.id, WEEK)


@pytest.fixture(autouse=True)
async def _mara_is_the_manager(rows: Rows, pool: asyncpg.Pool) -> None:
    await rows.add_day(open_report(MONDAY))
    await pool.execute(
        "INSERT INTO manager_of_rep (manager_id, rep_id, name, timezone, newest_day) VALUES ($1, $2, $3, $4, $5)",
        MARA.id,
        ANA.id,
        MARA.name,
        MARA.timezone,
        MONDAY,
    )


async def press(visitor: httpx.AsyncClient, page: httpx.Response, button: str, **dates: str) -> httpx.Response:
    """Press a button of a page as a browser does, with the dates that stand in the form unless others are typed."""
    ((action,),) = [re.findall(rf'formaction="([^"]+)">{button}<', page.text)]
    fields = dict(re.findall(r'name="(from|until)" value="([^"]*)"', page.text))
    typed = {"from": dates.get("first", fields["from"]), "until": dates.get("last", fields["until"])}
    return await visitor.post(urljoin(str(page.url), action), data=typed)


async def test_opening_the_page_says_what_would_be_entered_and_enters_nothing(
    visitor: httpx.AsyncClient, absences: AbsenceScoring
) -> None:
    page = await visitor.get(PAGE)

    text = visible_text(page)
    assert page.status_code == 200
    assert "<h1>Was Ana Ruiz away?</h1>" in text
    assert "Ana Ruiz: away from Monday 2 March to Friday 6 March." in text
    assert "If you enter this: nothing is held against Ana on these days" in text
    assert "Not away after all" not in text
    assert "script" not in text
    assert page.headers["Content-Security-Policy"].count("form-action 'self'") == 1
    assert [subject for subject, _ in absences.asked] == ["show"]


async def test_the_button_enters_it_and_the_page_says_what_happened_with_a_way_back(
    visitor: httpx.AsyncClient, absences: AbsenceScoring
) -> None:
    entered = await press(visitor, await visitor.get(PAGE), "Mark as away")
    text = visible_text(entered)
    assert entered.request.method == "GET"
    assert "<h1>Ana Ruiz is marked as away</h1>" in text
    assert "Ana Ruiz: away from Monday 2 March to Friday 6 March. Entered by Mara Lind." in text
    assert "Nothing is held against Ana on these days, and a streak goes on as if they were days off." in text

    withdrawn = await press(visitor, entered, "Not away after all")
    text = visible_text(withdrawn)
    assert "<h1>Ana Ruiz is not marked as away</h1>" in text
    assert "Ana Ruiz: no longer away from Monday 2 March to Friday 6 March." in text
    assert 'value="2026-03-02"' in text

    changes = [(subject, query) for subject, query in absences.asked if subject != "show"]
    assert [subject for subject, _ in changes] == ["enter", "withdraw"]
    assert {(query.rep, query.manager, query.first, query.last) for _, query in changes} == {(ANA.id, MARA.id, MONDAY, FRIDAY)}
    again = await press(visitor, withdrawn, "Mark as away")
    assert "is marked as away" in again.text


async def test_the_dates_can_be_changed_before_and_after(visitor: httpx.AsyncClient, absences: AbsenceScoring) -> None:
    entered = await press(visitor, await visitor.get(PAGE), "Mark as away", last="2026-03-04")
    assert "from Monday 2 March to Wednesday 4 March. Entered" in visible_text(entered)

    longer = await press(visitor, entered, "Change the dates", last="2026-03-05")

    assert "to Thursday 5 March" in visible_text(longer)
    assert 'name="until" value="2026-03-05"' in longer.text
    assert absences.asked[-1][1].last == FRIDAY - timedelta(days=1)


async def test_days_that_stay_as_they_are_are_named(visitor: httpx.AsyncClient, absences: AbsenceScoring) -> None:
    absences.active = (WEDNESDAY,)
    absences.in_roster = (AbsenceSpan(first=MONDAY, last=MONDAY),)

    text = visible_text(await visitor.get(PAGE))

    assert "Ana Ruiz: away on Tuesday 3 March and from Thursday 5 March to Friday 6 March." in text
    assert "Something that counts was logged on Wednesday 4 March, so that day stays a working day." in text
    assert "Already in the roster file: away on Monday 2 March." in text


async def test_without_an_empty_day_nothing_is_promised(visitor: httpx.AsyncClient, absences: AbsenceScoring) -> None:
    absences.active = tuple(MONDAY + timedelta(days=number) for number in range(5))

    text = visible_text(await visitor.get(PAGE))

    assert "so those days stay working days." in text
    assert "If you enter this" not in text


async def test_a_refusal_of_scoring_is_shown_with_the_dates_as_they_were_typed(
    visitor: httpx.AsyncClient, absences: AbsenceScoring
) -> None:
    opened = await visitor.get(PAGE)
    absences.failure = Refused("The last day is before the first. Swap the two dates.")

    refused = await press(visitor, opened, "Mark as away", last="2026-03-01")

    assert refused.status_code == 409
    assert "Nothing was changed. The last day is before the first." in visible_text(refused)
    assert 'name="until" value="2026-03-01"' in refused.text
    absences.failure = None
    assert "is marked as away" in (await press(visitor, refused, "Mark as away", last="2026-03-06")).text


@pytest.mark.parametrize("typed", ["6/3/2026", "yesterday", "2026-02-30"])
async def test_what_is_no_date_is_refused_with_an_example(
    visitor: httpx.AsyncClient, absences: AbsenceScoring, typed: str
) -> None:
    refused = await press(visitor, await visitor.get(PAGE), "Mark as away", last=typed)

    assert refused.status_code == 409
    assert "Write both dates as year, month and day, such as 2026-03-02." in visible_text(refused)
    assert "enter" not in [subject for subject, _ in absences.asked]


@pytest.mark.parametrize("path", ["", "/enter", "/withdraw"])
async def test_it_opens_only_with_the_link_of_this_manager_and_this_rep(
    visitor: httpx.AsyncClient, absences: AbsenceScoring, path: str
) -> None:
    token = PAGE.partition("?")[0].rpartition("/")[2]
    for address in (
        f"/absence/{JON.id}/{ANA.id}/{token}",
        f"/absence/{MARA.id}/ben/{token}",
        f"/absence/{MARA.id}/{ANA.id}/{OLD.inbox_url(MARA.id).rpartition('/')[2]}",
        f"/absence/{ANA.id}/{MARA.id}/{token}",
    ):
        response = await (visitor.post(address + path) if path else visitor.get(address))
        assert response.status_code == 404
    assert absences.asked == []


async def test_it_no_longer_opens_for_somebody_who_leads_nobody_or_for_a_rep_who_was_erased(
    visitor: httpx.AsyncClient, absences: AbsenceScoring, pool: asyncpg.Pool, rows: Rows
) -> None:
    await rows.add_day(open_report(FRIDAY, managers=(JON,)))
    assert (await visitor.get(PAGE)).status_code == 404

    await pool.execute("DELETE FROM day")
    assert (await visitor.get(PAGE)).status_code == 404
    assert absences.asked == []


async def test_while_scoring_or_the_database_is_down_the_page_promises_nothing(
    visitor: httpx.AsyncClient, absences: AbsenceScoring, unreachable_pool: asyncpg.Pool
) -> None:
    opened = await visitor.get(PAGE)
    absences.failure = NoResponder()
    for response in (await visitor.get(PAGE), await press(visitor, opened, "Mark as away")):
        assert response.status_code == 503
        assert "it wasn't saved" in response.text

    async with visiting(unreachable_pool, absences) as other:
        assert (await other.get(PAGE)).status_code == 503


async def test_days_ahead_are_asked_about_in_the_future(visitor: httpx.AsyncClient, absences: AbsenceScoring) -> None:
    ahead = PossibleAbsence(rep=ANA, first=FRIDAY + timedelta(days=3), last=FRIDAY + timedelta(days=3))

    text = visible_text(await visitor.get(OLD.absence_url(MARA.id, ahead)))

    assert "<h1>Will Ana Ruiz be away?</h1>" in text
    assert "Ana Ruiz: away on Monday 9 March." in text
    assert absences.asked[0][1].first == ahead.first
