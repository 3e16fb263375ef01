"""The page of tokens, over HTTP on a real database."""

import re

from services.nudges.access.api_tokens import TOKEN_AGE_MAX
from shared.events import PersonId
from tests.services.nudges.pages.browser import visible_text
from tests.services.nudges.pages.doors.visits import Visits, field_of


def _token_in(page: str) -> str:
    (token,) = re.findall(r"daymark_[\w-]{43}", page)
    return str(token)


async def test_a_token_is_shown_once_and_works_until_it_is_revoked(visits: Visits) -> None:
    mara = await visits.sign_in("mara")
    csrf = field_of(await mara.get("/tokens"))

    made = await mara.post("/tokens/make", data={"csrf": csrf, "name": " <b>Dashboard</b> "})
    token = _token_in(made.text)
    program = visits.browser()
    headers = {"Authorization": f"Bearer {token}"}
    assert (await program.get("/api/v1/people", headers=headers)).status_code == 200
    page = await mara.get("/tokens")
    assert "daymark_" not in page.text
    assert "&lt;b&gt;Dashboard&lt;/b&gt;" in page.text
    assert "Made on Monday 2 March 2026. Last used on Monday 2 March 2026. Works until Tuesday 2 March 2027." in visible_text(
        page
    )

    (revoke,) = re.findall(r'action="(/tokens/\d+/revoke)"', page.text)
    revoked = await mara.post(revoke, data={"csrf": csrf}, follow_redirects=True)
    assert "Revoked." in revoked.text
    assert "None yet." in revoked.text
    assert (await program.get("/api/v1/people", headers=headers)).status_code == 401


async def test_a_name_that_is_taken_is_refused_and_stays_in_the_form(visits: Visits) -> None:
    mara = await visits.sign_in("mara")
    data = {"csrf": field_of(await mara.get("/tokens")), "name": "Dashboard"}
    await mara.post("/tokens/make", data=data)

    again = await mara.post("/tokens/make", data=data)

    assert (again.status_code, "daymark_" in again.text, 'value="Dashboard"' in again.text) == (409, False, True)
    assert "already have a token of this name" in again.text
    assert "Not used yet." in visible_text(again)


async def test_a_token_reads_nothing_for_somebody_who_has_left(visits: Visits) -> None:
    mara = await visits.sign_in("mara")
    made = await mara.post("/tokens/make", data={"csrf": field_of(await mara.get("/tokens")), "name": "Dashboard"})
    headers = {"Authorization": f"Bearer {_token_in(made.text)}"}

    visits.pass_time(TOKEN_AGE_MAX / 2)
    assert (await visits.browser().get("/api/v1/people", headers=headers)).status_code == 200
    visits.roster.without(PersonId("mara"))
    assert (await visits.browser().get("/api/v1/people", headers=headers)).status_code == 401
