"""The pages of sources, as an operator sees and uses them."""

import html

import httpx
import pytest

from services.nudges.access.operators import Operator, add_operator
from shared.events import PersonId
from shared.observation import SourceName
from shared.reach import ContactPoint
from shared.requests.sources.endpoints import SourceDescription, SourceRow, SourceToStore, StoredName
from shared.requests.sources.repairs import SOURCE_LETTERS, SOURCE_REPROCESS, LetterRow, LettersToReplay
from shared.requests.sources.reports import FactCount, KindHours, PhraseCount
from shared.requests.webhooks import UnknownPathRow
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.pages.doors.visits import Visits, field_of
from tests.services.nudges.pages.setup.services import NOTHING

OLGA = PersonId("olga@example.com")
ACME = SourceRow(name=SourceName("acme"), origin="stored", description=SourceDescription(kind="twenty", account="7"))
FILED = SourceRow(name=SourceName("filed"), origin="file", description=SourceDescription(kind="zoho"), secrets=("env:Z",))
REPORT = NOTHING.model_copy(
    update={
        "newest_at": NOON,
        "webhooks": 3,
        "observations": 3,
        "hours": (KindHours(kind="call", counts=(3, *[0] * 23)),),
        "facts": (FactCount(name="actor", observations=3),),
        "unreadable_facts": (FactCount(name="duration_s", observations=1),),
        "unknown_outcomes": (PhraseCount(text="<b>spoken", items=2),),
        "unknown_kinds": (PhraseCount(text="visit", items=1),),
        "clock_ahead_s": 61.0,
    }
)


@pytest.fixture
async def browser(visits: Visits) -> httpx.AsyncClient:
    """An operator's; there are two sources."""
    visits.are_services_asked = True
    contacts = (ContactPoint(transport="mail", address=OLGA),)
    await add_operator(visits.pool, Operator(id=OLGA, name=OLGA, contacts=contacts), now=NOON)
    visits.services.sources += [ACME, FILED]
    visits.services.report = REPORT
    return await visits.sign_in("olga")


def _text(page: httpx.Response) -> str:
    return html.unescape(" ".join(page.text.split()))


async def _post(browser: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    csrf = field_of(await browser.get("/sources/acme"))
    return await browser.post(path, data={"csrf": csrf, **fields})


async def test_the_list_says_when_each_source_last_sent_and_who_posts_to_a_wrong_address(
    visits: Visits, browser: httpx.AsyncClient
) -> None:
    visits.services.paths = (UnknownPathRow(path="/webhooks/<acne>", requests=4, newest_at=NOON),)
    visits.services.sources.append(ACME.model_copy(update={"name": "closed", "problem": "Restore the key."}))

    page = await browser.get("/sources")

    assert _text(page).count("last webhook today at") == 2
    assert "https://hooks.example.com/webhooks/filed" in page.text
    assert "Restore the key." in page.text
    assert "did you mean /webhooks/acme?" in page.text
    assert "<acne>" not in page.text


async def test_the_page_of_a_source_says_what_arrives_what_never_does_and_what_is_not_understood(
    visits: Visits, browser: httpx.AsyncClient
) -> None:
    visits.services.letters = tuple(
        LetterRow(number=number, since=NOON, reason="unreadable_body", detail=f"no JSON {number}") for number in range(25)
    )

    page = await browser.get("/sources/acme")
    text = _text(page)

    assert "3 activities" in text
    assert "<tr><td>00:00</td><td>call</td>" in page.text
    assert 'who did it</span><span class="time">in 3 of 3' in text
    assert "the duration" in text.partition("Never sent:")[2]
    assert "The sender's clock is ahead" in text
    assert ("<b>spoken</bdi>" in text, "<b>spoken" in page.text) == (True, False)
    assert "Webhooks that weren't understood (the newest 20)" in text
    assert page.text.count("Replay<span") == 20
    assert (await browser.get("/sources/other")).status_code == 404


async def test_a_mapping_is_stored_with_the_rest_of_the_source_and_read_again(
    visits: Visits, browser: httpx.AsyncClient
) -> None:
    fields: dict[str, str] = {
        "outcome-phrase-0": "<b>spoken",
        "outcome-0": "connected",
        "kind-phrase-0": "visit",
        "kind-0": "meeting",
    }

    saved = await _post(browser, "/sources/acme/map", **fields)

    description = SourceDescription(kind="twenty", account="7", outcomes={"<b>spoken": "connected"}, kinds={"visit": "meeting"})
    assert visits.services.entered == [
        SourceToStore(name="acme", description=description, replaces=True),
        StoredName(name=ACME.name),
    ]
    assert "being read again" in _text(await browser.get(saved.headers["location"]))


async def test_a_source_of_the_file_shows_the_lines_instead_of_the_form(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/sources/filed")

    assert "[sources.filed.outcomes]" in page.text
    assert "/map" not in page.text


async def test_letters_are_replayed_and_webhooks_read_again_unless_that_is_refused(
    visits: Visits, browser: httpx.AsyncClient
) -> None:
    replayed = await _post(browser, "/sources/acme/replay", letter="17")
    again = await _post(browser, "/sources/acme/read-again")
    visits.services.refusals[SOURCE_REPROCESS.subject] = "acme: it is being read again already"
    refused = await _post(browser, "/sources/acme/read-again")

    assert visits.services.entered == [LettersToReplay(name=ACME.name, numbers=(17,)), StoredName(name=ACME.name)]
    assert [answer.status_code for answer in (replayed, again, refused)] == [303, 303, 409]
    assert "being read again already" in _text(refused)
    visits.services.down.add(SOURCE_LETTERS.subject)
    assert (await browser.get("/sources/acme")).status_code == 503


async def test_sources_are_read_in_spanish(visits: Visits, browser: httpx.AsyncClient) -> None:
    browser.headers["Accept-Language"] = "es"
    visits.services.letters = (LetterRow(number=1, since=NOON, reason="unreadable_body", detail=""),)
    visits.services.paths = (UnknownPathRow(path="/webhooks/acne", requests=4, newest_at=NOON),)

    listed, text = _text(await browser.get("/sources")), _text(await browser.get("/sources/acme"))

    assert "¿quizá /webhooks/acme?" in listed
    for phrase in (
        "Qué contienen los últimos 3 webhooks",
        '<tr><td>00:00</td><td>llamada</td><td class="figure">3</td></tr>',
        'quién lo hizo</span><span class="time">en 3 de 3',
        '<option value="no_answer">sin respuesta</option>',
        "Resultados, que cuentan como «otro» hasta que se asignan",
        '<span class="kind none">no se puede leer el cuerpo</span>',
    ):
        assert phrase in text
