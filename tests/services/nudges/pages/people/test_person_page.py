"""The page of one person of the roster, over HTTP on a real database; scoring answers from a roster in memory."""

import re
from collections.abc import Mapping
from datetime import date
from html import unescape
from typing import Final

import httpx
import pytest

from services.scoring.definitions.entered_absences import EnteredAbsence
from shared.events import ManagerId, PersonId
from shared.requests.client import NoResponder
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.pages.doors.visits import Visits, field_of
from tests.services.nudges.pages.people.roster_scoring import ROSTER
from tests.services.scoring.domain.builders import rep_id_of

ANA = {"person": "ana"}
CALENDAR: Final[Mapping[str, str | list[str]]] = {
    "timezone": "Europe/Madrid",
    "country": "ES",
    "subdivision": "",
    "workday": ["mon", "tue", "wed", "thu", "fri"],
    "starts": "09:00",
    "ends": "17:30",
}
SHOWN: Final = {f"shown-{name}": value for name, value in CALENDAR.items()}


@pytest.fixture
async def olga(visits: Visits) -> httpx.AsyncClient:
    """The browser of an operator."""
    return await visits.with_session(PersonId("olga@example.com"))


def _text(page: httpx.Response) -> str:
    main = page.text.partition("<main")[2]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())


async def _show(browser: httpx.AsyncClient, person: str) -> str:
    return _text(await browser.get("/roster/entry", params={"person": person}))


async def _post(browser: httpx.AsyncClient, form: str, fields: Mapping[str, str | list[str]]) -> httpx.Response:
    """The page after a form was sent."""
    csrf = field_of(await browser.get("/roster/entry", params=ANA))
    answer = await browser.post(f"/roster/{form}", data={"csrf": csrf, "person": "ana", **fields})
    return await browser.get(answer.headers["location"]) if answer.is_redirect else answer


async def test_absences_are_listed_entered_and_removed(visits: Visits, olga: httpx.AsyncClient) -> None:
    mara = ManagerId(PersonId("mara"))
    visits.scoring.entered = [EnteredAbsence(rep_id=rep_id_of("ana"), day=date(2026, 2, 27), manager_id=mara, entered_at=NOON)]
    before = await _show(olga, "ana")
    entered = await _post(olga, "absence", {"from": "2026-04-06", "until": "2026-04-10", "part": "1"})
    single = await _post(olga, "absence", {"from": "2026-05-04", "until": "", "part": "0.25"})
    text = visits.scoring.text
    removed = await _post(olga, "absence-removal", {"from": "2026-04-06", "until": "2026-04-10", "part": "1"})
    gone = await _post(olga, "absence-removal", {"from": "2026-04-06", "until": "2026-04-10", "part": "1"})

    for phrase in (
        "Ana Ruiz rep, North, ana",
        "Wednesday 4 March Half the day Remove the absence of Ana Ruiz: Wednesday 4 March",
        "From Monday 9 March to Tuesday 10 March The whole day Remove",
        "Friday 27 February: entered by Mara Lind",
        "An absence that a manager has entered can be undone by the managers of the team.",
    ):
        assert phrase in before
    assert "The absence of Ana Ruiz is in the roster now." in _text(entered)
    assert "Monday 4 May A quarter of the day" in _text(single)
    assert "{from: '2026-04-06', until: '2026-04-10'}, {from: '2026-05-04', until: '2026-05-04', part: '0.25'}]" in text
    assert "That absence of Ana Ruiz is no longer in the roster." in _text(removed)
    assert "Monday 6 April" not in _text(removed)
    assert (gone.status_code, "somebody else has removed it" in gone.text) == (409, True)
    assert "No absences The roster has no absence of Jon Keller" in await _show(olga, "jon")


async def test_what_is_refused_stands_in_the_form_with_what_is_wrong(visits: Visits, olga: httpx.AsyncClient) -> None:
    backwards = await _post(olga, "absence", {"from": "2026-04-10", "until": "2026-04-06", "part": "0.5"})
    no_date = await _post(olga, "absence", {"from": "soon", "until": "", "part": "1"})
    no_part = await _post(olga, "absence", {"from": "2026-04-10", "until": "", "part": "all"})
    no_zone = await _post(olga, "calendar", {**SHOWN, **CALENDAR, "from": "2026-03-09", "timezone": "Europe/Madird"})
    too_long = await _post(olga, "calendar", {**SHOWN, **CALENDAR, "workday": ["monday"]})

    assert [page.status_code for page in (backwards, no_date, no_part, no_zone, too_long)] == [409] * 5
    assert "The last day is before the first. Swap the two dates." in _text(backwards)
    assert re.findall(r'type="date"[^>]* value="([^"]+)"', backwards.text) == ["2026-04-10", "2026-04-06"]
    assert 'value="0.5" selected' in backwards.text
    assert "a date is missing or not valid" in _text(no_date)
    assert "isn't one of the form's choices" in _text(no_part)
    assert "Time zone: no such time zone" in _text(no_zone)
    assert ('value="Europe/Madird"' in no_zone.text, 'type="date" value="2026-03-09"' in no_zone.text) == (True, True)
    assert "isn't one of the form's choices" in _text(too_long)
    assert visits.scoring.text == ROSTER


async def test_an_employment_ends_and_goes_on(visits: Visits, olga: httpx.AsyncClient) -> None:
    ended = await _post(olga, "last-day", {"last": "2026-03-06", "shown": ""})
    people = _text(await olga.get("/people"))
    second = await _post(olga, "last-day", {"last": "2026-03-20", "shown": ""})
    stays = await _post(olga, "last-day", {"stays": "yes", "shown": "2026-03-06"})
    left = await _post(olga, "last-day", {"last": "2026-02-27", "shown": ""})

    assert "The last day of Ana Ruiz is Friday 6 March." in _text(ended)
    assert "Last day: Friday 6 March" in people
    assert (second.status_code, "Somebody else has changed this in the meantime" in second.text) == (409, True)
    assert 'required value="2026-03-20"' in second.text
    assert "The last day is Friday 6 March." in _text(second)
    assert "Ana Ruiz stays: the last day was removed from the roster." in _text(stays)
    assert "Ana Ruiz has left. The last day was Friday 27 February." in _text(left)
    assert "Have left: Ana Ruiz, last day Friday 27 February" in _text(await olga.get("/people"))
    assert "manager, North, mara" in await _show(olga, "mara")
    assert "Absences" not in await _show(olga, "mara")


async def test_a_calendar_is_changed_from_a_day_on(visits: Visits, olga: httpx.AsyncClient) -> None:
    changed = {**CALENDAR, "workday": ["mon", "wed"], "starts": "08:00", "subdivision": "md"}

    page = await _post(olga, "calendar", {**SHOWN, **changed, "from": "2026-03-09"})
    second = await _post(olga, "calendar", {**SHOWN, **CALENDAR, "starts": "10:00", "from": "2026-03-16"})

    assert "The calendar of Ana Ruiz has been changed." in _text(page)
    assert (
        "Europe/Madrid; public holidays of ES; Mondays to Fridays; 09:00-17:30 From Monday 9 March on "
        "Europe/Madrid; public holidays of ES, MD; on Mondays and Wednesdays; 08:00-17:30" in _text(page)
    )
    assert re.findall(r'name="workday" value="(\w+)" checked', page.text) == ["mon", "wed"]
    assert (second.status_code, "Somebody else has changed this in the meantime" in second.text) == (409, True)
    assert re.findall(r'id="starts" name="starts" type="time" required value="([^"]+)"', second.text) == ["10:00"]
    assert re.findall(r'name="shown-starts" value="([^"]+)"', second.text) == ["08:00"]
    assert visits.scoring.text.startswith("# Ours.\n")
    assert "no public holidays" in await _show(olga, "jon")


async def test_nobody_is_shown_whom_the_roster_lacks_or_while_scoring_is_down(visits: Visits, olga: httpx.AsyncClient) -> None:
    csrf = field_of(await olga.get("/roster/entry", params=ANA))
    unknown = await olga.get("/roster/entry", params={"person": "eve"})
    visits.scoring.failure = NoResponder()

    shown = await olga.get("/roster/entry", params=ANA)
    entered = await olga.post("/roster/last-day", data={"csrf": csrf, "person": "ana", "last": "2026-03-06", "shown": ""})

    assert (unknown.status_code, shown.status_code, entered.status_code) == (404, 503, 503)


async def test_the_page_of_a_person_is_in_spanish(olga: httpx.AsyncClient) -> None:
    olga.headers["Accept-Language"] = "es"

    text = await _show(olga, "ana")
    refused = await _post(olga, "absence", {"from": "", "until": "", "part": "1"})

    for phrase in (
        "Ana Ruiz comercial, North, ana",
        "Del lunes 9 de marzo al martes 10 de marzo El día entero",
        "Quitar la ausencia de Ana Ruiz",
        "No hay ningún último día fijado.",
        "festivos de ES",
        "A partir de este día",
    ):
        assert phrase in text
    assert "falta una fecha" in _text(refused)
