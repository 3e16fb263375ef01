"""In which language pages are written: as the browser prefers, until somebody chooses: over HTTP, on a real database."""

import asyncpg

from services.nudges.preferences.stored_preferences import find_language
from tests.services.nudges.builders.people import ANA
from tests.services.nudges.builders.reports import report
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.doors.visits import field_of, visiting

SPANISH = {"Accept-Language": "es-ES,es;q=0.9"}


async def test_a_page_is_in_the_language_that_the_browser_prefers_until_somebody_chooses(
    pool: asyncpg.Pool, rows: Rows
) -> None:
    await rows.add_day(report())
    async with visiting(pool) as visits:
        browser = await visits.sign_in(ANA.id)
        english = await browser.get("/you/ana/-")
        preferred = await browser.get("/you/ana/-", headers=SPANISH)
        form = {"csrf": field_of(english), "next": "/you/ana/-?x=1"}
        chosen = await browser.post("/language", data=form | {"language": "es"})
        unknown = await browser.post("/language", data=form | {"language": "xx", "next": "//elsewhere.example"})
        stored = await find_language(pool, ANA.id)
        spanish = await browser.get("/you/ana/-")
        back = await browser.post("/language", data=form | {"language": "en"})
        again = await browser.get("/you/ana/-", headers=SPANISH)

    assert '<html lang="en">' in english.text
    assert 'lang="es" aria-describedby="language">Español</button>' in english.text
    assert '<html lang="es">' in preferred.text
    assert "Cerrar sesión de Ana" in preferred.text
    assert (chosen.status_code, chosen.headers["location"], stored) == (303, "/you/ana/-?x=1", "es")
    assert (unknown.status_code, unknown.headers["location"]) == (303, "/")
    assert '<html lang="es">' in spanish.text
    assert 'aria-current="true">Español</button>' in spanish.text
    assert back.status_code == 303
    assert '<html lang="en">' in again.text


async def test_a_page_before_the_sign_in_is_in_the_language_that_the_browser_prefers(pool: asyncpg.Pool) -> None:
    async with visiting(pool) as visits:
        page = await visits.browser().get("/sign-in", headers=SPANISH)

    assert '<html lang="es">' in page.text
    assert 'name="language"' not in page.text
