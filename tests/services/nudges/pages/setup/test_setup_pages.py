"""The steps of the first use, one by one."""

import html
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from services.nudges.access.operators import Operator, add_operator, list_operators
from services.nudges.access.sign_in_links import FIRST_LINK_AGE_MAX
from services.nudges.requests.access import OperatorsExist, make_first_operator_url
from shared.events import BehaviourKey, PersonId, TeamId
from shared.observation import SourceName
from shared.reach import ContactPoint
from shared.requests.definitions import PLAYBOOK_APPLY, DefinitionFile, PlaybookVersion
from shared.requests.people import PersonRow
from shared.requests.playbook.drafts import PLAYBOOK_SUGGEST, Draft, DraftMistake, SuggestedTargets, Suggestions
from shared.requests.roster.edits import ROSTER_EDIT, CrmUser, NewPerson, NewTeam, RosterEdit
from shared.requests.scores import UNMATCHED_USERS, UnmatchedUser
from shared.requests.sources.endpoints import SOURCE_STORE, SourceDescription, SourceRow, SourceToStore
from shared.requests.sources.reports import KindHours, RecentActivity
from tests.services.nudges.builders.days import MONDAY, NOON
from tests.services.nudges.pages.doors.visits import Visits, field_of
from tests.services.nudges.pages.setup.services import NORTH_ROSTER, NOTHING

OLGA = PersonId("olga@example.com")
ACME = SourceRow(name=SourceName("acme"), origin="stored", description=SourceDescription(kind="twenty"))
ANA = PersonRow(person=PersonId("ana"), name="Ana Ruiz", role="rep", teams=(TeamId("north"),), ways=())


@pytest.fixture
async def browser(visits: Visits) -> httpx.AsyncClient:
    """An operator's."""
    visits.are_services_asked = True
    contacts = (ContactPoint(transport="mail", address=OLGA),)
    await add_operator(visits.pool, Operator(id=OLGA, name=OLGA, contacts=contacts), now=NOON)
    return await visits.sign_in("olga")


async def _post(browser: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    csrf = field_of(await browser.get("/setup/team"))
    return await browser.post(path, data={"csrf": csrf, **fields})


def _text(page: httpx.Response) -> str:
    return html.unescape(" ".join(page.text.split()))


async def test_the_first_operator_says_who_they_are_once_and_within_an_hour(visits: Visits) -> None:
    visits.are_services_asked = True
    link, other = [(await make_first_operator_url(visits.pool, visits.links, now=visits.clock.now())).url for _ in range(2)]
    late = (await make_first_operator_url(visits.pool, visits.links, now=visits.clock.now() - FIRST_LINK_AGE_MAX)).url
    browser = visits.browser()

    assert [(await browser.get(url)).status_code for url in (late, link, f"{link}x")] == [410, 200, 410]
    assert (await browser.post(link, data={"email": "olga"})).status_code == 422
    assert (await browser.post(link, headers={"sec-fetch-site": "cross-site"}, data={"email": OLGA})).status_code == 404
    signed_in = await browser.post(link, data={"email": " Olga@Example.com "})

    assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/setup")
    assert [operator.id for operator in await list_operators(visits.pool)] == [OLGA]
    assert "Next: Your team" in _text(await browser.get("/setup"))
    assert (await browser.get(other)).status_code == 410
    assert [(await browser.post(url, data={"email": "eve@example.com"})).status_code for url in (link, other)] == [410, 410]
    with pytest.raises(OperatorsExist):
        await make_first_operator_url(visits.pool, visits.links, now=visits.clock.now())


async def test_a_link_of_the_first_operator_signs_nobody_in_as_anybody_else(visits: Visits) -> None:
    link = (await make_first_operator_url(visits.pool, visits.links, now=visits.clock.now())).url

    for method in ("GET", "POST"):
        assert (await visits.browser().request(method, link.replace("/welcome/", "/sign-in/"))).status_code == 410


async def test_an_operator_begins_with_the_steps_until_there_is_a_roster(visits: Visits, browser: httpx.AsyncClient) -> None:
    empty = await browser.get("/")
    visits.services.roster = NORTH_ROSTER

    assert [page.headers["location"] for page in (empty, await browser.get("/"))] == ["/setup", "/delivery"]


async def test_what_stands_in_files_counts_as_done(visits: Visits, browser: httpx.AsyncClient) -> None:
    visits.services.roster, visits.services.people = NORTH_ROSTER, (ANA,)
    visits.services.sources.append(ACME)

    page = _text(await browser.get("/setup"))

    assert page.count(", done") == 3
    assert "Next: A first playbook" in page


async def test_whoever_manages_the_team_themselves_is_that_manager_from_then_on(
    visits: Visits, browser: httpx.AsyncClient
) -> None:
    entered = await _post(browser, "/setup/team", team="North", who="me", manager="Mara Lind", email=OLGA, timezone="UTC")

    assert entered.headers["location"] == "/setup/source"
    assert visits.services.entered == [
        RosterEdit(asked_by=OLGA, edit=NewTeam(name="North")),
        RosterEdit(
            asked_by=OLGA,
            edit=NewPerson(role="manager", name="Mara Lind", team=TeamId("north"), email=OLGA, timezone="UTC"),
        ),
    ]
    assert [(operator.id, operator.contacts) for operator in await list_operators(visits.pool)] == [("mara-lind", ())]
    sessions = await visits.pool.fetch("SELECT person_id FROM session")
    assert [row["person_id"] for row in sessions] == ["mara-lind"]


async def test_a_manager_who_is_refused_leaves_the_team_and_the_next_try_enters_no_second_one(
    visits: Visits, browser: httpx.AsyncClient
) -> None:
    visits.services.roster = NORTH_ROSTER
    visits.services.refusals[ROSTER_EDIT.subject] = "timezone is <unknown>"

    refused = await _post(browser, "/setup/team", team="North", who="other", manager="Mara", timezone="Madrid")

    assert refused.status_code == 409
    assert "timezone is <unknown>" in _text(refused)
    assert 'value="Madrid"' in refused.text
    del visits.services.refusals[ROSTER_EDIT.subject]
    await _post(browser, "/setup/team", team="North", who="other", manager="Mara", timezone="Europe/Madrid")
    assert [type(entry.edit) for entry in visits.services.entered if isinstance(entry, RosterEdit)] == [NewPerson]
    assert [operator.id for operator in await list_operators(visits.pool)] == [OLGA]


async def test_a_secret_that_daymark_makes_is_shown_once_and_one_of_the_sender_never(
    visits: Visits, browser: httpx.AsyncClient
) -> None:
    made = await _post(browser, "/setup/source/new/pipedrive", name="sales")
    (query,) = visits.services.entered
    assert isinstance(query, SourceToStore)
    password = query.secrets[0].removeprefix("daymark:")
    again = await browser.get("/setup/source/sales")
    pasted = await _post(browser, "/setup/source/new/twenty", name="crm", secret="a-secret-of-twenty")

    assert password in made.text
    assert "https://hooks.example.com/webhooks/sales" in made.text
    assert "no-store" in made.headers["cache-control"]
    assert password not in again.text
    assert "Waiting for the first webhook" in again.text
    assert "a-secret-of-twenty" not in pasted.text


async def test_a_source_that_is_refused_keeps_what_was_typed_but_not_the_secret(
    visits: Visits, browser: httpx.AsyncClient
) -> None:
    visits.services.refusals[SOURCE_STORE.subject] = "sources.New: no"

    refused = await _post(browser, "/setup/source/new/twenty", name="New", secret="a-secret-of-twenty")

    assert (refused.status_code, "sources.New: no" in _text(refused)) == (409, True)
    assert 'value="New"' in refused.text
    assert "a-secret-of-twenty" not in refused.text
    for path in ("/setup/source/new/unheard", "/setup/source/unheard"):
        assert (await browser.get(path)).status_code == 404


async def test_the_page_of_a_source_says_what_has_arrived_and_by_whom(visits: Visits, browser: httpx.AsyncClient) -> None:
    visits.services.sources += [ACME, ACME.model_copy(update={"name": "closed", "problem": "Restore the key."})]
    recent = RecentActivity(kind="meeting_booked", account="", user="<7>", received_at=NOON)
    visits.services.report = NOTHING.model_copy(update={"newest_at": NOON, "recent": (recent,)})

    page, closed = await browser.get("/setup/source/acme"), await browser.get("/setup/source/closed")

    assert "meeting booked by user <7>" in _text(page)
    assert "<7>" not in page.text
    assert "Restore the key." in closed.text


async def test_a_user_of_the_crm_becomes_a_rep(visits: Visits, browser: httpx.AsyncClient) -> None:
    visits.services.roster = NORTH_ROSTER
    visits.services.users = (UnmatchedUser(source=SourceName("acme"), account="", user="7", activities=2, newest_at=None),)

    page = await browser.get("/setup/people")
    added = await _post(
        browser, "/setup/people", source="acme", account="", user="7", name="Ana Ruiz", timezone="Europe/Madrid", team="north"
    )

    assert "User 7 of acme" in page.text
    assert added.headers["location"] == "/setup/people?zone=Europe%2FMadrid"
    user = CrmUser(source=SourceName("acme"), user="7")
    rep = NewPerson(role="rep", name="Ana Ruiz", team=TeamId("north"), timezone="Europe/Madrid", identities=(user,))
    assert visits.services.entered == [RosterEdit(asked_by=OLGA, edit=rep)]
    visits.services.refusals[ROSTER_EDIT.subject] = "timezone is unknown"
    assert "timezone is unknown" in (await _post(browser, "/setup/people", name="Ben", team="north")).text


async def test_a_first_playbook_asks_for_what_the_team_does_on_most_days(visits: Visits, browser: httpx.AsyncClient) -> None:
    visits.services.roster, visits.services.sources = NORTH_ROSTER, [ACME]
    visits.services.report = NOTHING.model_copy(update={"hours": (KindHours(kind="call", counts=(1,) * 24),)})
    examples = _text(await browser.get("/setup/playbook"))
    calls = SuggestedTargets(key=BehaviourKey("calls"), targets=(Decimal(7),) * 7, days=40)
    visits.services.suggestions = Suggestions(behaviours=(calls,))
    visits.services.playbooks = tuple(
        PlaybookVersion(team=TeamId(team), effective_from=MONDAY, state="in force", revises="", behaviours=(), goals=())
        for team in ("north", "gone")
    )

    with_known_days = _text(await browser.get("/setup/playbook"))

    assert "The targets are examples" in examples
    assert 'value="7"' not in examples
    assert "The targets are what the team does on most days" in with_known_days
    assert 'value="7"' in with_known_days
    assert "There is a playbook for North, gone." in with_known_days
    visits.services.refusals[PLAYBOOK_SUGGEST.subject] = "the draft has mistakes"
    assert "The targets are examples" in _text(await browser.get("/setup/playbook"))


async def test_a_playbook_is_shown_as_a_file_published_or_refused(visits: Visits, browser: httpx.AsyncClient) -> None:
    visits.services.roster = NORTH_ROSTER
    row: dict[str, str] = {"team": "north", "kind-0": "call", "label-0": "Calls", "target-0": "5", "weight-0": "1"}

    shown = await _post(browser, "/setup/playbook?show=file", **row)
    published = await _post(browser, "/setup/playbook", **row)
    visits.services.refusals[PLAYBOOK_APPLY.subject] = "target is not a number"
    many: dict[str, str] = row | {"target-0": "many"}
    refused = await _post(browser, "/setup/playbook", **many)
    visits.services.draft = Draft(mistakes=(DraftMistake(key="behaviours[0].target", problem="must not be negative"),))
    mistaken = await _post(browser, "/setup/playbook", **many)

    assert "Not published. Behaviour 1, Target per day: must not be negative." in mistaken.text
    assert "target: 5" in shown.text
    assert published.headers["location"] == "/setup/channels"
    (file,) = visits.services.entered
    assert isinstance(file, DefinitionFile)
    assert f"effective_from: {NOON.date().isoformat()}" in file.text
    assert ("target is not a number" in refused.text, 'value="many"' in refused.text) == (True, True)


async def test_while_a_service_is_down_a_step_says_so_and_changes_nothing(visits: Visits, browser: httpx.AsyncClient) -> None:
    visits.services.roster = NORTH_ROSTER
    visits.services.down.add(UNMATCHED_USERS.subject)

    assert (await browser.get("/setup/people")).status_code == 503
    assert (await browser.get("/setup/playbook")).status_code == 200


async def test_a_form_of_another_session_changes_nothing(visits: Visits, browser: httpx.AsyncClient) -> None:
    visits.pass_time(timedelta(minutes=1))

    assert (await browser.post("/setup/team", data={"team": "North"})).status_code == 403
    assert visits.services.entered == []


async def test_the_first_steps_are_read_in_spanish(visits: Visits, browser: httpx.AsyncClient) -> None:
    browser.headers["Accept-Language"] = "es"
    visits.services.roster, visits.services.sources = NORTH_ROSTER, [ACME]
    visits.services.users = (UnmatchedUser(source=SourceName("acme"), account="", user="7", activities=3, newest_at=NOON),)
    visits.services.report = NOTHING.model_copy(
        update={"newest_at": NOON, "recent": (RecentActivity(kind="call", account="", user="7", received_at=NOON),)}
    )
    steps = ("", "/team", "/people", "/playbook", "/source/acme", "/source/new/hubspot", "/source/new/hmac")

    texts = {step: _text(await browser.get(f"/setup{step}")) for step in steps}
    unnamed = await _post(browser, "/setup/team", team="West", who="other")

    assert "Siguiente: Tus personas" in texts[""]
    assert "Hay un equipo: <strong>North</strong>." in texts["/team"]
    assert "Han llegado 3 actividades. ¿Quién es?" in texts["/people"]
    assert 'value="Llamadas"' in texts["/playbook"]
    assert "llamada, del usuario 7" in texts["/source/acme"]
    assert "<li>En la pestaña Auth de la aplicación, copia en el campo el client secret.</li>" in texts["/source/new/hubspot"]
    assert "Crear la dirección y su secreto" in texts["/source/new/hmac"]
    assert "Escribe el nombre del responsable o elige «Nadie todavía»." in unnamed.text
