"""What people say of one nudge in a message of several: over HTTP, on a real database."""

import httpx

from tests.services.nudges.conftest import LINKS, Nudging, comeback_and_plan_done_wait
from tests.services.nudges.reports import at

ANA, MARA = LINKS.of_rep("ana"), LINKS.of_manager("mara")


async def _message(nudging: Nudging) -> list[str]:
    """The ids of a comeback and a plan done that went out as one message."""
    wednesday = await comeback_and_plan_done_wait(nudging)
    await nudging.pass_time(at(wednesday, "09:00"))
    await nudging.deliver()
    (body,) = nudging.channel.bodies
    assert [part.rule for part in body.parts] == ["comeback", "plan_done"]
    assert "\n".join(part.text for part in body.parts) == body.text
    assert body.parts[0].url == body.url
    return [part.id for part in body.parts]


async def _kept(nudging: Nudging) -> list[tuple[str, str]]:
    rows = await nudging.pool.fetch("SELECT n.rule, a.answer FROM answer AS a JOIN nudge AS n ON n.id = a.nudge_id ORDER BY 1")
    return [tuple(row) for row in rows]


async def test_every_page_has_buttons_for_each_part(nudging: Nudging, browser: httpx.AsyncClient) -> None:
    ids = await _message(nudging)

    for page in (ANA, MARA):
        text = (await browser.get(page)).text
        token = page.rsplit("/", 1)[1]
        assert all(f'formaction="{token}/answer/{one}/wrong/missing"' in text for one in ids)


async def test_the_link_of_a_part_shows_the_message_and_answers_that_part_alone(
    nudging: Nudging, browser: httpx.AsyncClient
) -> None:
    await _message(nudging)
    first, second = nudging.channel.bodies[0].parts

    page = await browser.get(second.url)
    answered = await browser.post(f"{second.url}/not_useful/-")

    assert all(part.text.split(":")[0] in page.text for part in (first, second))
    assert page.text.count(">Not useful<") == 2
    assert answered.url.fragment == f"nudge-{second.id}"
    assert answered.text.count(">Not useful<") == 1
    assert await _kept(nudging) == [("plan_done", "not_useful")]


async def test_from_the_page_of_the_message_each_part_is_answered_under_its_own_signature(
    nudging: Nudging, browser: httpx.AsyncClient
) -> None:
    await _message(nudging)
    first, second = nudging.channel.bodies[0].parts
    page = await browser.get(first.url)

    path = second.url.removeprefix("http://pages/answer/")
    assert f'formaction="../../{path}/not_useful/-"' in page.text
    forged = second.url.rsplit("/", 1)[0] + "/" + first.url.rsplit("/", 1)[1]

    assert (await browser.post(f"{forged}/not_useful/-")).status_code == 404
    assert (await browser.post(httpx.URL(first.url).join(f"../../{path}/not_useful/-"))).status_code == 200
    assert await _kept(nudging) == [("plan_done", "not_useful")]


async def test_what_a_manager_answers_of_a_part_is_kept_for_that_part(nudging: Nudging, browser: httpx.AsyncClient) -> None:
    _, second = await _message(nudging)

    page = await browser.post(f"{MARA}/answer/{second}/recognised/-")

    assert page.text.count('<span class="why">You</span> recognised') == 1
    assert await _kept(nudging) == [("plan_done", "recognised")]
