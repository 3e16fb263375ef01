"""The page of people, over HTTP on a real database; scoring answers from a roster in memory."""

import re
from collections.abc import Mapping
from datetime import timedelta
from html import unescape

import httpx
import pytest

from services.nudges.deliver.personal.contact_states import record_failure, record_success
from shared.events import PersonId, TeamId
from shared.observation import SourceName
from shared.requests.client import NoResponder
from shared.requests.roster.edits import CrmUser, NewEmail, NewPerson, NewTeam, UserMatch
from shared.requests.scores import UnmatchedUser
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.pages.doors.visits import Visits, field_of
from tests.services.nudges.pages.people.roster_scoring import ROSTER
from tests.services.scoring.domain.builders import rep_id_of

OLGA = PersonId("olga@example.com")
STRANGER = UnmatchedUser(
    source=SourceName("acme"), account="eu", user="<b>99</b>", activities=12, newest_at=NOON, oldest_at=NOON - timedelta(days=9)
)


@pytest.fixture
async def olga(visits: Visits) -> httpx.AsyncClient:
    """The browser of an operator."""
    return await visits.with_session(OLGA)


def _text(page: httpx.Response) -> str:
    """What is read on the page below its navigation, with single spaces."""
    main = page.text.partition("<main")[2]
    return " ".join(unescape(re.sub(r"<(?:option.*?</option|[^>]*)>", " ", main)).split())


def _choices(page: httpx.Response) -> list[tuple[str, str]]:
    """Whom a CRM user can be: ids and labels, in their order."""
    return re.findall(r'<option value="([^"]+)">([^<]+)<', page.text)


async def _post(browser: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    csrf = field_of(await browser.get("/people"))
    return await browser.post(path, data={"csrf": csrf, **fields})


async def test_teams_show_how_everybody_is_reached_and_what_is_theirs(visits: Visits, olga: httpx.AsyncClient) -> None:
    async with visits.pool.acquire() as connection:
        for transport, at in (("mail", NOON), ("slack", NOON - timedelta(hours=1))):
            await record_success(connection, PersonId("ana"), transport, now=at)
        await record_failure(connection, PersonId("ben"), "mail", error="refused (550)", now=NOON)

    text = _text(await olga.get("/people"))

    for phrase in (
        "North 2 reps Mara Lind manager , mara Reached by mail Ana Ruiz ana Reached by mail",
        "Last reached on Monday 2 March at 11:00 UTC acme 7",
        "Partly away on Wednesday 4 March Away from Monday 9 March to Tuesday 10 March",
        "Jon Keller jon Not reached: no email address or other way to reach them is known",
        "No CRM user yet, so nothing counts for them",
        "South 1 rep Ben Ode ben Not reached: mail: refused (550)",
        "No country 1 rep Without a country in the roster no public holiday is a day off",
        "ES 1 rep Friday 3 April: Good Friday",
    ):
        assert phrase in text


async def test_a_crm_user_is_matched_to_a_rep(visits: Visits, olga: httpx.AsyncClient) -> None:
    visits.scoring.unmatched = (STRANGER,)
    page = await olga.get("/people")

    entered = await _post(olga, "/roster/user", source="acme", account="eu", user="<b>99</b>", rep="ben")

    assert (
        "<b>99</b> in acme , account eu 12 activities since Saturday 21 February, the last on Monday 2 March This is"
        in _text(page)
    )
    assert _choices(page) == [("ana", "Ana Ruiz (North)"), ("ben", "Ben Ode (South)"), ("jon", "Jon Keller (North)")]
    (edit,) = visits.scoring.edits
    assert edit.asked_by == OLGA
    assert edit.edit == UserMatch(rep=rep_id_of("ben"), user=CrmUser(source=SourceName("acme"), user="<b>99</b>", account="eu"))
    assert "That CRM user is now matched to Ben Ode." in _text(await olga.get(entered.headers["location"]))


async def test_two_of_a_team_with_one_name_are_shown_with_their_ids(visits: Visits, olga: httpx.AsyncClient) -> None:
    visits.scoring.unmatched = (STRANGER,)
    visits.scoring.text = ROSTER.replace("Ben Ode", "Ana Ruiz").replace("Keller, Jon", "Ruiz, Ana")

    choices = _choices(await olga.get("/people"))

    assert choices == [("ana", "Ana Ruiz (North), ana"), ("jon", "Ana Ruiz (North), jon"), ("ben", "Ana Ruiz (South)")]


async def test_the_twenty_users_with_the_newest_activities_are_offered(visits: Visits, olga: httpx.AsyncClient) -> None:
    users = tuple(STRANGER.model_copy(update={"user": f"u{number}"}) for number in range(21))
    visits.scoring.unmatched = users[:20]
    twenty = await olga.get("/people")
    visits.scoring.unmatched = users

    more = await olga.get("/people")

    assert re.findall(r'name="user" value="([^"]*)"', more.text) == [f"u{number}" for number in range(20)]
    assert "And 1 more, whose last activities are older." in _text(more)
    assert "whose last activities are older" not in twenty.text


async def test_in_a_large_roster_a_rep_is_named_and_one_team_is_shown(visits: Visits, olga: httpx.AsyncClient) -> None:
    reps = "".join(f"      - {{id: r{number}, name: Rep {number}, timezone: UTC}}\n" for number in range(100))
    visits.scoring.text = ROSTER.replace(
        "    reps: [{id: ben", f"    reps:\n{reps}  - id: west\n    name: West\n    reps: [{{id: ben"
    )
    visits.scoring.unmatched = (STRANGER,)
    stranger: Mapping[str, str] = {"source": "acme", "account": "", "user": "99"}

    first, other = await olga.get("/people"), await olga.get("/people", params={"team": "west"})
    unknown = await _post(olga, "/roster/user", **stranger, typed="Nobody")
    await _post(olga, "/roster/user", **stranger, typed="ben@example.com")

    assert ("Ana Ruiz" in first.text, "Ben Ode" in first.text) == (True, False)
    assert ("Ana Ruiz" in other.text, "Ben Ode" in other.text) == (False, True)
    assert "<select" not in first.text
    assert (unknown.status_code, "nobody, or more than one person, has this name" in unknown.text) == (409, True)
    assert [edit.edit for edit in visits.scoring.edits] == [
        UserMatch(rep=rep_id_of("ben"), user=CrmUser(source=SourceName("acme"), user="99"))
    ]


async def test_a_crm_user_is_added_as_a_new_rep(visits: Visits, olga: httpx.AsyncClient) -> None:
    form = await olga.get("/roster/person", params={"source": "acme", "user": "99", "account": ""})
    fields: Mapping[str, str] = {
        "source": "acme",
        "user": "99",
        "account": "",
        "team": "south",
        "name": " Eva  Ruiz ",
        "country": "es",
    }

    refused = await _post(olga, "/roster/person", **fields, timezone="Europe/Madird", email="", slack="")
    added = await _post(olga, "/roster/person", **fields, timezone="Europe/Madrid", email="e@example.com", slack="U024BE7LH")

    assert "The CRM user 99 in acme will be theirs" in _text(form)
    assert 'value="Europe/Madrid" placeholder' in form.text
    assert refused.status_code == 409
    assert "Time zone: no such time zone; write an IANA name such as Europe/Madrid" in refused.text
    assert 'value=" Eva  Ruiz "' in refused.text
    assert visits.scoring.text.endswith(
        " {id: eva-ruiz, name: Eva Ruiz, email: e@example.com, timezone: Europe/Madrid, country: ES,"
        " reach: [{slack: U024BE7LH}, mail], identities: [{source: acme, user: '99'}]}]\n"
    )
    assert "Eva Ruiz is in the roster now." in _text(await olga.get(added.headers["location"]))


async def test_a_manager_a_team_and_an_email_are_entered(visits: Visits, olga: httpx.AsyncClient) -> None:
    empty = await _post(olga, "/roster/team", name="")
    await _post(olga, "/roster/team", name="West")
    await _post(olga, "/roster/person", role="manager", name="Mo", team="west", timezone="UTC", country="ES", source="x")
    emailed = await _post(olga, "/roster/email", person="jon", email="jon@example.com")
    too_long = await _post(olga, "/roster/email", person="jon", email="j" * 201)

    assert [edit.edit for edit in visits.scoring.edits] == [
        NewTeam(name="West"),
        NewPerson(role="manager", name="Mo", team=TeamId("west"), timezone="UTC"),
        NewEmail(person=PersonId("jon"), email="jon@example.com"),
    ]
    assert "Name: must not be empty: This cannot be entered" in _text(empty)
    assert "Jon Keller has that email now." in _text(await olga.get(emailed.headers["location"]))
    assert "what was typed is too long" in _text(too_long)
    assert visits.scoring.text.startswith("# Ours.\n")


async def test_without_a_roster_the_page_says_what_comes_first(visits: Visits, olga: httpx.AsyncClient) -> None:
    visits.scoring.text = "teams: []\n"
    visits.scoring.unmatched = (STRANGER,)

    people, form = await olga.get("/people"), await olga.get("/roster/person")

    assert "Nobody yet Add a team here, then its people." in _text(people)
    assert 'action="/roster/user"' not in people.text
    assert "Everybody is in a team, so a team comes first." in _text(form)


async def test_while_scoring_is_down_nothing_is_shown_or_entered(visits: Visits, olga: httpx.AsyncClient) -> None:
    csrf = field_of(await olga.get("/people"))
    visits.scoring.failure = NoResponder()

    answers = [
        await olga.get("/people"),
        await olga.get("/roster/person"),
        await olga.post("/roster/team", data={"csrf": csrf, "name": "West"}),
        await olga.post("/roster/user", data={"csrf": csrf, "typed": "ana"}),
    ]
    forged = await olga.post("/roster/team", data={"name": "West"})

    assert [answer.status_code for answer in answers] == [503] * 4
    assert forged.status_code == 403


async def test_people_and_refusals_are_in_spanish(visits: Visits, olga: httpx.AsyncClient) -> None:
    olga.headers["Accept-Language"] = "es"
    visits.scoring.unmatched = (STRANGER,)

    text = _text(await olga.get("/people"))
    refused = await _post(olga, "/roster/person", role="rep", name="", team="north", timezone="Europe/Madird", country="XX")
    taken = await _post(olga, "/roster/user", source="acme", user="7", rep="ben")

    for phrase in (
        "Usuarios del CRM sin comercial",
        "12 actividades desde el",
        "North 2 comerciales Mara Lind responsable , mara Se le llega por correo",
        "Jon Keller jon No le llega nada: no se conoce ningún correo ni otra forma de llegar a esta persona",
        "Ausente en parte el",
        "Viernes Santo",
    ):
        assert phrase in text
    assert "Nombre: no puede quedar vacío; Zona horaria: no existe esa zona horaria; escribe un nombre IANA" in refused.text
    assert "Usuario del CRM: ya pertenece a un comercial: Esto no se puede introducir en la plantilla" in _text(taken)
