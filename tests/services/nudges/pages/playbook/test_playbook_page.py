"""What a team's playbook page shows, and to whom: over HTTP, with scoring on a real database."""

import httpx

from services.scoring.definitions.announcements import mark_delivered
from shared.events import VersionNumber
from shared.requests.client import NoResponder, Refused
from tests.services.nudges.builders.people import ANA
from tests.services.nudges.pages.browser import visible_text
from tests.services.nudges.pages.doors.visits import Visits
from tests.services.nudges.pages.playbook.scoring import NOW, PLAYBOOK, PlaybookScoring

LATER = PLAYBOOK.replace("2026-01-01", "2026-03-09").replace("fri: 5", "fri: 6")


async def test_reps_read_it_and_change_nothing(playbook_visits: Visits, playbooks: PlaybookScoring) -> None:
    await playbooks.apply(playbook=LATER)
    ana = await playbook_visits.sign_in("ana")

    page = await ana.get("/playbook")

    text = visible_text(page)
    assert "<h1>Playbook of North</h1>" in text
    assert text.index("In force since Thursday 1 January") < text.index("Starting Monday 9 March")
    assert "“Talk to people.”" in text
    assert text.count('<span class="voice">“Calls win deals.”</span>') == 2
    assert "4 a day from Monday to Thursday, 5 on Friday" in text
    assert "min_amount: &#34;500&#34;" in page.text
    assert "Applied from a file" in text
    assert "Change the playbook" not in text
    assert "Confirmed by" not in text
    assert (await ana.get("/playbook/north/edit")).status_code == 404


async def test_managers_see_who_has_confirmed_it(mara: httpx.AsyncClient, playbooks: PlaybookScoring) -> None:
    async with playbooks.pool.acquire() as connection:
        await mark_delivered(connection, ANA.id, VersionNumber(1), delivered_at=NOW, acknowledged_at=NOW)

    text = visible_text(await mara.get("/playbook/north"))

    assert "Confirmed by 1 of 2" in text
    assert "confirmed on Monday 2 March at 13:00" in text
    assert "not received yet" in text


async def test_the_history_says_who_and_when_and_what_was_replaced(mara: httpx.AsyncClient, playbooks: PlaybookScoring) -> None:
    await playbooks.apply(playbook=LATER)
    await playbooks.apply(playbook=LATER.replace("fri: 6", "fri: 7"))
    await playbooks.apply(playbook=LATER.replace("fri: 6", "fri: 7").replace("Talk to people.", "Talk more."))
    await playbooks.pool.execute("UPDATE playbook_wording SET published_by = ''")

    text = visible_text(await mara.get("/playbook"))

    history = text.partition('id="history"')[2]
    assert "New words in the version from Monday 9 March" in history
    assert "Published by somebody who was erased" in history
    assert "(before: 4 a day from Monday to Thursday, 5 on Friday)" in history
    assert history.count("Replaced by another version from the same day.") == 1
    assert history.count("Monday 2 March at 13:00") == 4


async def test_any_version_can_be_exported_and_nothing_else(mara: httpx.AsyncClient, playbooks: PlaybookScoring) -> None:
    await playbooks.apply(playbook=LATER)
    past, coming = (await playbooks.show()).versions

    assert (await mara.get("/playbook/north/export")).text == past.text
    assert (await mara.get(f"/playbook/north/export?version={coming.version}")).text == coming.text
    for unknown in ("99", "x", "-1"):
        assert (await mara.get(f"/playbook/north/export?version={unknown}")).status_code == 404


async def test_whoever_has_several_teams_gets_from_one_to_the_other(playbook_visits: Visits) -> None:
    nia = await playbook_visits.sign_in("nia")

    text = visible_text(await nia.get("/playbook"))

    assert '<a href="/playbook/north" aria-current="page">North</a> <a href="/playbook/south">South</a>' in text
    assert "No playbook yet" in visible_text(await nia.get("/playbook/south"))


async def test_text_of_others_is_shown_as_text(mara: httpx.AsyncClient, playbooks: PlaybookScoring) -> None:
    text = "<script>alert(1)</script> \\u202Eevil\\u202C @channel"
    await playbooks.apply(playbook=PLAYBOOK.replace("message: Talk to people.", f'message: "{text}"'))

    for path in ("/playbook", "/playbook/north/edit"):
        page = await mara.get(path)
        assert "<script>alert" not in page.text
        assert "&lt;script&gt;alert(1)&lt;/script&gt; evil @channel" in page.text
        assert "\u202e" not in page.text


async def test_while_scoring_cannot_answer_the_page_says_so(mara: httpx.AsyncClient, playbooks: PlaybookScoring) -> None:
    for failure in (NoResponder(), Refused("a sentence")):
        playbooks.failure = failure
        for path in ("/playbook", "/playbook/north/export"):
            assert (await mara.get(path)).status_code == 503


async def test_a_playbook_is_read_in_spanish(mara: httpx.AsyncClient, playbooks: PlaybookScoring) -> None:
    await playbooks.apply(playbook=LATER)

    text = visible_text(await mara.get("/playbook", headers={"Accept-Language": "es"}))

    for sentence in (
        "<h1>Plan de actividad de North</h1>",
        '<span class="counts">Propuesta enviada, con un valor de al menos 500</span>',
        "Peso 60 de 100, cuenta hasta",
        "<td>4 al día de lunes a jueves, 6 los viernes</td>",
        "Calls this month, pasos de 30, se cuenta de nuevo cada mes",
        "No verificada: empezó en los 60 s siguientes a 5 anteriores.",
        "(antes: 4 al día de lunes a jueves, 5 los viernes). Por qué: «Calls win deals.»",
        "Confirmado por 0 de 2",
        "Aplicado desde un archivo o en la puesta en marcha",
    ):
        assert sentence in text
    assert "4 a day from Monday to Thursday" in visible_text(await mara.get("/playbook", headers={"Accept-Language": "en"}))
