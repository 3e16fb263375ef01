"""A week of the demonstration in which each person is reached in a way of their own. Then two managers and a colleague
recognise somebody, and on Monday everybody answers.

`python -m tests.scenarios.reaching.week` prints what each person received, in order, and what was recorded of their answers.
"""

import asyncio
import json
import re
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Final

import asyncpg
import httpx
import pytest
import yaml

from deploy.demo import play as demo
from deploy.demo.settings import configuration, make_secrets, read_secrets
from deploy.demo.time_stepper import TimeStepper
from shared.jetstream.client import disconnect
from shared.requests.nudges import NudgeRow
from tests.deploy.local.signed_in import signed_in
from tests.running_daymark import RunningDaymark, running_daymark
from tests.scenarios.reaching.receivers import Receipt, Receivers, reached_by, receivers, slack_user
from tests.services.nudges.pages.slack.requests import body_of, press, signed_headers

WAYS: Final = {
    "ana": "slack",
    "bruno": "mail",
    "carla": "teams",
    "diego": "webhook",
    "emi": "slack",
    "gail": "mail",
    "hugo": "webhook",
    "iris": "teams",
    "jack": "slack",
    "mara": "mail",
    "jon": "slack",
}
"""The two managers, and the reps who can be reached. Fumi, Kenji and Lena cannot."""
NOTE: Final = "The way you handled Tuesday's cancellation was great."
WRITTEN: Final = {("mara", "carla"): NOTE, ("jon", "hugo"): "", ("ana", "bruno"): "Thanks for taking my calls on Friday."}
"""Who recognises whom: in words of their own, or with one click."""
MONDAY: Final = datetime(2026, 3, 9, 16, 0, tzinfo=UTC)
"""After the weekend: noon in New York, and the afternoon in Madrid."""
_MANAGERS: Final = ("mara", "jon")
_STEP: Final = timedelta(minutes=30)
_HIDDEN: Final = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
_DEMO: Final = Path(demo.__file__).parent


@dataclass(frozen=True, kw_only=True)
class Week:
    """`receipts` is what arrived, in order, and `nudges` what Daymark says of each, by id. `answered` are the nudges to which
    somebody pressed a button at least twice, with who did; `answers` has the stored rows: nudge, person and answer."""

    receipts: Sequence[Receipt]
    nudges: dict[str, NudgeRow]
    answered: Sequence[tuple[str, str]]
    answers: Sequence[tuple[str, str, str]]
    doctor: str


async def play_week(folder: Path) -> Week:
    """Play one week and the Monday after it, and let everybody answer the last message that they can answer."""
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    make_secrets(folder / "secrets")
    async with receivers(folder / "receivers", WAYS) as reached:
        (folder / "receivers").chmod(0o755)
        settings = configuration(folder / "secrets") + reached.configuration
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("SSL_CERT_FILE", str(folder / "receivers" / "authority.pem"))
            async with running_daymark(folder, settings) as daymark:
                await _play(daymark, folder, _definitions(folder, reached))
                answered = await _answer(reached, daymark.urls.pages, now=MONDAY)
                rows = [NudgeRow.model_validate(row) for row in json.loads(await daymark.command("nudges", "--json"))]
                return Week(
                    receipts=tuple(reached.receipts),
                    nudges={row.id: row for row in rows},
                    answered=answered,
                    answers=await _list_answers(daymark),
                    doctor=(await daymark.run("doctor"))[1],
                )


def _definitions(folder: Path, reached: Receivers) -> Path:
    """The definitions of the demonstration, with the way to each person."""
    definitions = folder / "definitions"
    definitions.mkdir()
    roster = yaml.safe_load((_DEMO / "roster.yaml").read_text())
    for team in roster["teams"]:
        team["thanks_from_colleagues"] = True
        for person in [*team["managers"], *team["reps"]]:
            if way := WAYS.get(person["id"]):
                address = reached.address_of(person["id"])
                person.update({"email": address, "reach": ["mail"]} if way == "mail" else {"reach": [{way: address}]})
    (definitions / "roster.yaml").write_text(yaml.safe_dump(roster, allow_unicode=True, sort_keys=False))
    (definitions / "playbook.yaml").write_text((_DEMO / "playbook.yaml").read_text())
    return definitions


async def _play(daymark: RunningDaymark, folder: Path, definitions: Path) -> None:
    """The week, in which nobody is recognised until Saturday, and the Monday on which that arrives."""
    connection = await daymark.connect()
    try:
        played = await demo.play(
            connection,
            ingest_url=daymark.urls.ingest,
            secrets=read_secrets(folder / "secrets"),
            seed=1,
            weeks=1,
            on_progress=lambda _, __, ___: None,
            definitions=definitions,
        )
        for (sender, rep), note in WRITTEN.items():
            await _recognise(daymark, sender, rep, note)
        stepper, instant = TimeStepper(connection), played.until
        while instant < MONDAY:
            instant = min(instant + _STEP, MONDAY)
            await stepper.step_to(instant)
    finally:
        await disconnect(connection)
    await daymark.settle()


async def _recognise(daymark: RunningDaymark, sender: str, rep: str, note: str) -> None:
    """Write to a rep in the form of the page, or press "Just say thank you"."""
    command = "inbox" if sender in _MANAGERS else "you"
    async with signed_in(daymark, command, sender) as (browser, address):
        page = f"{address.split(sender)[0].removesuffix(f'/{command}/')}/recognise/{sender}/{rep}/-"
        hidden = dict(_HIDDEN.findall((await browser.get(page)).text))
        written = {"text": note} if note else {"text": "", "say": "thanks"}
        response = await browser.post(f"{page}/send", data={"csrf": hidden["csrf"], "form": hidden["form"], **written})
        assert response.status_code == httpx.codes.OK, response.text


async def _answer(reached: Receivers, pages: str, *, now: datetime) -> list[tuple[str, str]]:
    """Everybody calls their last message not useful: twice on its page and, whoever has Slack, twice there, all at once; and
    once more when all of that is done."""
    answered = []
    async with httpx.AsyncClient() as client:
        for person in WAYS:
            last = next((receipt for receipt in reversed(reached_by(reached.receipts, person)) if receipt.url), None)
            if last is None:
                continue
            attempts = [partial(client.post, f"{last.url}/not_useful/-")] * 2
            if last.way == "slack":
                click = press("not_useful", nudge_id=last.nudge_id, user=slack_user(person))
                body = body_of(click | {"response_url": reached.slack.response_url})
                address, headers = f"{pages}/slack/interactivity", signed_headers(body, now=now)
                attempts += [partial(client.post, address, content=body, headers=headers)] * 2
            for response in [*await asyncio.gather(*[attempt() for attempt in attempts]), await attempts[-1]()]:
                assert response.status_code in {200, 303}, response.text
            answered.append((last.nudge_id, person))
    return answered


async def _list_answers(daymark: RunningDaymark) -> list[tuple[str, str, str]]:
    connection = await asyncpg.connect(daymark.urls.postgres)
    rows = await connection.fetch("SELECT nudge_id, person_id, answer FROM nudges.answer ORDER BY nudge_id, person_id")
    await connection.close()
    return [tuple(row) for row in rows]


def print_week(week: Week) -> None:
    """One line for each message, by person."""
    for person, receipts in groupby(sorted(week.receipts, key=lambda receipt: receipt.person), lambda each: each.person):
        for receipt in receipts:
            nudge = week.nudges[receipt.nudge_id]
            assert nudge.send_at is not None
            first_line = nudge.text.splitlines()[0]
            line = (
                f"{person:7}{receipt.way:9}{nudge.send_at:%a %d %b %H:%M} UTC  {nudge.kind:13}{nudge.rule:17}{first_line[:70]}"
            )
            sys.stdout.write(f"{line}\n")
    presses = len(week.answered)
    sys.stdout.write(f"\n{presses} people answered several times: {len(week.answers)} answers are recorded\n\n{week.doctor}\n")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="daymark-") as scratch:
        Path(scratch).chmod(0o755)
        print_week(asyncio.run(play_week(Path(scratch) / "d")))
