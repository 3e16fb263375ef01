"""What whoever is signed in chooses: over HTTP, on a real database."""

import asyncpg

from services.nudges.domain.feedback.preferences import Preference
from services.nudges.preferences.stored_preferences import find_preference
from shared.reach import MAIL
from tests.services.nudges.builders.days import TUESDAY
from tests.services.nudges.builders.people import ANA
from tests.services.nudges.builders.reports import report
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.doors.visits import field_of, visiting

WANTED = ["celebrations", "coaching", "day_plan", "thanks"]
FORM = {
    "wanted": WANTED,
    "first": MAIL.name,
    "not_before": "10:00",
    "not_after": "15:00",
    "paused_until": TUESDAY.isoformat(),
}


async def test_the_page_is_reached_from_the_own_page_without_a_signature_and_saves_with_the_token_of_the_session(
    pool: asyncpg.Pool, rows: Rows
) -> None:
    await rows.add_day(report())
    async with visiting(pool) as visits:
        browser = await visits.sign_in(ANA.id)
        own_page = await browser.get("/you/ana/-")
        page = await browser.get("/mail/ana/-")
        without = await browser.post("/mail/ana/-/save", data=FORM)
        stored = await find_preference(pool, ANA.id)
        saved = await browser.post("/mail/ana/-/save", data=FORM | {"csrf": field_of(page)})

    assert 'href="../../mail/ana/-"' in own_page.text
    assert page.text.count('name="csrf"') == page.text.count('method="post"')
    assert (without.status_code, stored) == (403, Preference())
    assert (saved.status_code, saved.headers["location"]) == (303, "../-?saved")
    assert (await find_preference(pool, ANA.id)).paused_until == TUESDAY
