"""A world in which everybody once had a part in everything, and their attempts to come in."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import httpx

from services.nudges.access.api_tokens import add_api_token
from services.nudges.access.operators import Operator, add_operator
from services.nudges.access.sessions import Origin, open_session
from services.nudges.access.sign_in_links import SignInLink, add_sign_in_link, claim_sign_in_link
from services.nudges.access.tokens import csrf_token_of
from services.nudges.domain.feedback.disputes import DisputeReason
from services.nudges.domain.roster.access import PersonToday
from services.nudges.links import Door, _content
from services.nudges.pages.disputes.dispute_activity import dispute_activity, dispute_id_of
from shared.events import Manager, ManagerId, PersonId, Rep
from shared.observation import SourceName
from shared.requests.sources.endpoints import SourceDescription, SourceRow
from tests.services.nudges.builders.announcements import announcement
from tests.services.nudges.builders.days import MONDAY, NOON
from tests.services.nudges.builders.managed_teams import lead
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import NORTH, SOUTH, make_rep
from tests.services.nudges.builders.reports import open_report
from tests.services.nudges.builders.rosters import rep_today, roster_today
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.disputes.explanations import COUNTED, explain_activities
from tests.services.nudges.pages.doors.access_table import PEOPLE, TEAMS, Row, Way
from tests.services.nudges.pages.doors.visits import Visits

ADDRESSES_END_AT: Final = NOON + timedelta(days=30)
A_MONTH: Final = timedelta(days=31)
REPS: Final = {name: make_rep(name, f"{name.title()} Rep") for name in ("ana", "ben", "moe", "fay")}
MANAGERS: Final = {
    name: Manager(id=ManagerId(PersonId(name)), name=f"{name.title()} Boss", timezone="Europe/Madrid")
    for name in ("mara", "nia", "max", "jon")
}
TODAY: Final = roster_today(
    rep_today(REPS["ana"], colleagues=(REPS["ben"],)),
    rep_today(REPS["ben"], colleagues=(REPS["ana"],)),
    rep_today(REPS["moe"], SOUTH.id),
    PersonToday(id=PersonId("mara"), name="Mara Boss", manages=(NORTH.id,)),
    PersonToday(id=PersonId("nia"), name="Nia Boss", manages=(NORTH.id,)),
    PersonToday(id=PersonId("jon"), name="Jon Boss", manages=(SOUTH.id,)),
    operators=("olga",),
)


@dataclass
class World:
    """`sessions`, `used_links` and `api_tokens` are tokens by person; everybody of the table has them all."""

    visits: Visits
    sessions: dict[str, str]
    used_links: dict[str, str]
    api_tokens: dict[str, str]

    async def gets_in(self, row: Row, person: str, way: Way) -> bool:
        """Whether somebody reaches what the route is for."""
        return _is_in(await self.open(row, person, way))

    async def open(self, row: Row, person: str, way: Way) -> httpx.Response:
        """What somebody gets who tries to come in."""
        subject = row.subject or person
        path = self._path(row, person, subject, self._token(row, person, subject, way))
        data = dict(row.data)
        cookies = {}
        if way is Way.SESSION:
            cookies["daymark-session"] = self.sessions[person]
            data["csrf"] = csrf_token_of(self.sessions[person])
        headers = {"Authorization": f"Bearer {self.api_tokens[person]}"} if way is Way.TOKEN else {}
        async with self.visits.browser() as browser:
            browser.cookies.update(cookies)
            if row.method == "POST":
                return await browser.post(path, data=data, headers=headers)
            return await browser.request(row.method, path, params=row.data or None, headers=headers)

    def _path(self, row: Row, person: str, subject: str, token: str) -> str:
        values = {
            "person": person,
            "rep": subject,
            "token": token,
            "team": TEAMS.get(subject, ""),
            "nudge": f"to-{subject}",
            "answer": "not_useful" if subject == person else "recognised",
            "day": MONDAY.isoformat(),
            "activity": dispute_id_of(make_rep(subject).id, COUNTED),
            "reason": "-" if "answer" in row.path else "not_mine",
            "resolution": "stands",
            "recognition": "0123456789",
            "choice": "stop",
            "kind": "zoho",
            "source": "acme",
            "version:int": "1",
            "token_id:int": "1",
        }
        return re.sub(r"\{([^}]+)\}", lambda segment: values[segment[1]], row.path)

    def _token(self, row: Row, person: str, subject: str, way: Way) -> str:
        """The last segment of an address that ends with a signature."""
        if "{token}" not in row.path:
            return ""
        door = Door(row.path.split("/")[1])
        parameters = {"person": person, "rep": subject, "nudge": f"to-{subject}"}
        links = self.visits.links
        match way:
            case Way.SESSION:
                return "-"
            case Way.OLD_ADDRESS:
                page = door if door not in (Door.ANSWER, Door.MAIL) else Door.OWN_PAGE
                return links._sign(_content(page, parameters))
            case Way.DATED:
                page = door if door not in (Door.ANSWER, Door.MAIL) else Door.ABSENCE
                return links._sign(_content(page, parameters), _last_day())
            case Way.MESSAGE:
                return links._sign(_content(Door.MAIL if door is Door.MAIL else Door.ANSWER, parameters))
            case Way.REPLAYED:
                return self.used_links[person]
            case Way.TOKEN:
                return self.api_tokens[person]
            case Way.FORGED:
                return "0" * 32


async def make_world(visits: Visits) -> World:
    """Everything that was ever decided concerns everybody. Then Moe moved, Fay left, and Max stopped managing."""
    visits.roster.today = TODAY
    acme = SourceRow(name=SourceName("acme"), origin="stored", description=SourceDescription(kind="zoho"))
    visits.services.sources.append(acme)
    rows = Rows(visits.pool)
    await visits.pool.execute("UPDATE page_address_end SET ends_at = $1", ADDRESSES_END_AT)
    for rep in REPS.values():
        await _add_rep(rows, rep)
    await add_operator(visits.pool, Operator(id=PersonId("olga"), name="Olga", contacts=()), now=NOON)
    world = World(visits=visits, sessions={}, used_links={}, api_tokens={})
    for name in PEOPLE:
        world.api_tokens[name] = await add_api_token(visits.pool, PersonId(name), "Spreadsheet", now=NOON)
    async with visits.pool.acquire() as connection:
        for name in PEOPLE:
            person_id = PersonId(name)
            world.sessions[name] = await open_session(connection, person_id, Origin.MESSAGE, now=NOON)
            link = SignInLink(person_id=person_id, origin=Origin.MESSAGE, next_path="")
            world.used_links[name] = await add_sign_in_link(connection, link, now=NOON)
            await claim_sign_in_link(connection, world.used_links[name], now=NOON)
    return world


async def _add_rep(rows: Rows, rep: Rep) -> None:
    managers = tuple(MANAGERS.values())
    await rows.add_day(open_report(MONDAY, rep=rep, managers=managers, thanks_from_colleagues=True))
    for manager in managers:
        await lead(rows.pool, rep, manager=manager, newest_day=MONDAY)
    await rows.add_announcement(announcement(1, rep=rep))
    await rows.add_nudge(make_nudge(f"to-{rep.id}", person=rep), managers=[manager.id for manager in managers])
    explanation = explain_activities(COUNTED, rep_id=rep.id)
    await dispute_activity(rows.pool, explanation, dispute_id_of(rep.id, COUNTED), DisputeReason.NOT_MINE, now=NOON)


def _last_day() -> date:
    return ADDRESSES_END_AT.date()


def _is_in(response: httpx.Response) -> bool:
    """What is shown, or done, or refused for what was typed. The sign-in page and the pages that say no are none of these."""
    if response.status_code == 303:
        return not response.headers["location"].startswith("/sign-in")
    assert response.status_code in {200, 401, 403, 404, 409, 410}, response.text
    return response.status_code in {200, 409}
