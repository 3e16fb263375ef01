"""Pages that are asked for as JSON."""

import pytest

from tests.services.nudges.builders.reports import open_report
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.doors.visits import Visits


@pytest.mark.parametrize(
    ("page", "key"),
    [("/today", "scores"), ("/wins", "wins"), ("/effects", "rules"), ("/people", "people"), ("/people/ana", "days")],
)
async def test_a_page_that_is_asked_for_as_json_leads_to_what_it_shows(visits: Visits, rows: Rows, page: str, key: str) -> None:
    await rows.add_day(open_report())
    browser = await visits.sign_in("mara")
    browser.headers["Accept"] = "Application/JSON; q=0.9, text/plain"

    redirect = await browser.get(f"{page}?from=2026-02-26")
    document = await browser.get(redirect.headers["location"])

    assert (redirect.status_code, redirect.headers["vary"], redirect.headers["location"].partition("?")[2]) == (
        303,
        "Accept",
        "from=2026-02-26",
    )
    assert document.headers["content-type"] == "application/json"
    assert key in document.json()


async def test_a_browser_gets_the_page_and_what_has_no_document_stays_as_it_is(visits: Visits) -> None:
    browser = await visits.sign_in("mara")
    pages = []
    for accept, path in (
        ("text/html,application/json", "/wins"),
        ("*/*", "/wins"),
        ("application/json", "/playbook"),
        ("application/json", "/people/ana/day/2026-03-02"),
    ):
        pages.append((await browser.get(path, headers={"Accept": accept})).status_code != 303)
    posted = await browser.post("/wins", headers={"Accept": "application/json"})

    assert pages == [True] * 4
    assert posted.status_code == 405


async def test_a_stranger_is_sent_to_a_document_that_refuses_them(visits: Visits) -> None:
    visitor = visits.browser()
    visitor.headers["Accept"] = "application/json"

    redirect = await visitor.get("/people/ana")

    assert redirect.headers["location"] == "/api/v1/people/ana/days"
    assert (await visitor.get(redirect.headers["location"])).status_code == 401
