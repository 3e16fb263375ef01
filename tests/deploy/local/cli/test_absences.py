"""An absence that a manager enters on the page, through every service: from the click to the rep's own page, and back."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urljoin

import httpx
from nats.aio.client import Client

from deploy.demo.time_stepper import TimeStepper
from services.nudges.links import Links
from shared.events import ManagerId, PersonId, PossibleAbsence, Rep, RepId
from shared.jetstream.client import disconnect
from shared.requests.client import ask
from shared.requests.definitions import PLAYBOOK_APPLY, ROSTER_APPLY, DefinitionFile
from shared.requests.nudges import INBOX_LINK, OWN_PAGE_LINK, ManagerQuery, RepQuery
from shared.requests.scores import SCORE_AUDIT, AuditQuery
from tests.deploy.local.one_rep import FREE_PORTS, PLAYBOOK, ROSTER
from tests.running_daymark import RunningDaymark, running_daymark

SUNDAY = datetime(2026, 3, 1, 12, tzinfo=UTC)
MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)
ANA, MARA = Rep(id=RepId(PersonId("ana")), name="Ana Ruiz"), ManagerId(PersonId("mara"))


async def test_a_click_makes_the_days_absences_for_every_service_and_another_click_undoes_it(tmp_path: Path) -> None:
    async with running_daymark(tmp_path / "d", FREE_PORTS + '[clock]\nmode = "stepped"\n') as daymark:
        connection = await daymark.connect()
        stepper = TimeStepper(connection)
        await stepper.step_to(SUNDAY)
        await ask(connection, ROSTER_APPLY, DefinitionFile(name="roster.yaml", text=ROSTER))
        await ask(connection, PLAYBOOK_APPLY, DefinitionFile(name="playbook.yaml", text=PLAYBOOK))
        for day in range(1, 4):
            await stepper.step_to(SUNDAY + timedelta(days=day))
        await stepper.settle()
        assert await _scores_on_own_page(connection) == ["Score 0", "Score 0"]

        link = await _link_to_page(daymark, connection)
        entered = await _press(link, "Mark as away")
        await stepper.settle()

        assert "Ana Ruiz: away from Monday 2 March to Tuesday 3 March. Entered by Mara Lind." in entered.text
        assert (await ask(connection, SCORE_AUDIT, AuditQuery())).differences == ()
        assert await _scores_on_own_page(connection) == ["No target, so no score"] * 2
        (absence,) = json.loads(await daymark.command("roster", "absences", "--json"))
        assert (absence["first"], absence["last"], absence["entered_by"]) == ("2026-03-02", "2026-03-03", "Mara Lind")

        await _press(str(entered.url), "Not away after all")
        await stepper.settle()

        assert await _scores_on_own_page(connection) == ["Score 0", "Score 0"]
        log = daymark.log()
        assert "Ana Ruiz" not in log
        assert link.partition("?")[0].rpartition("/")[2] not in log
        await disconnect(connection)


async def _link_to_page(daymark: RunningDaymark, connection: Client) -> str:
    """As it stands in a message of that day."""
    inbox = (await ask(connection, INBOX_LINK, ManagerQuery(manager=MARA))).url
    secret = (daymark.folder / "secrets" / "link-secret").read_text().strip()
    links = Links(base_url=inbox.partition("/sign-in/")[0], secret=secret)
    absence = PossibleAbsence(rep=ANA, first=MONDAY, last=TUESDAY)
    return links.absence_url(MARA, absence, last_day=TUESDAY + timedelta(days=14))


async def _press(address: str, button: str) -> httpx.Response:
    async with httpx.AsyncClient(follow_redirects=True) as client:
        page = await client.get(address)
        (action,) = re.findall(rf'formaction="([^"]+)">{button}<', page.text)
        dates = dict(re.findall(r'name="(from|until)" value="([^"]*)"', page.text))
        response = await client.post(urljoin(str(page.url), action), data=dates)
    assert response.status_code == 200
    return response


async def _scores_on_own_page(connection: Client) -> list[str]:
    """Of Monday and Tuesday, as nudges knows them."""
    link = (await ask(connection, OWN_PAGE_LINK, RepQuery(rep=ANA.id))).url
    async with httpx.AsyncClient(follow_redirects=True) as client:
        page = (await client.post(link)).text
    lines = re.findall(r'day/(2026-03-0[23])">[^<]+</a> <span class="time">(.+?)</span>\n', page)
    return [re.sub(r"<[^>]+>", "", line).strip() for _, line in sorted(lines)]
