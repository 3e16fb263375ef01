"""`daymark roster` and `daymark playbook`: applied, refused, announced, delivered and acknowledged."""

import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.demo.time_stepper import TimeStepper
from shared.jetstream.client import disconnect
from tests.deploy.local.one_rep import FREE_PORTS, PLAYBOOK, ROSTER, observe_call
from tests.running_daymark import RunningDaymark, run_command, running_daymark

SUNDAY = datetime(2026, 3, 1, 12, tzinfo=UTC)
MONDAY_MIDNIGHT = datetime(2026, 3, 1, 23, tzinfo=UTC)
MONDAY_NINE = datetime(2026, 3, 2, 8, 0, 1, tzinfo=UTC)
"""In Madrid: the beginning of Monday, and a second after Ana's work begins."""
THURSDAY = datetime(2026, 3, 5, 12, tzinfo=UTC)


@pytest.fixture
async def daymark(tmp_path: Path) -> AsyncIterator[RunningDaymark]:
    """On stepped time, with a file that receives nudges."""
    settings = f'[clock]\nmode = "stepped"\n[channels.file]\npath = "{tmp_path / "d" / "nudges.ndjson"}"\n'
    (tmp_path / "roster.yaml").write_text(ROSTER)
    (tmp_path / "first.yaml").write_text(PLAYBOOK)
    (tmp_path / "next.yaml").write_text(PLAYBOOK.replace("2020-01-01", "2026-03-03").replace("target: 2", "target: 3"))
    async with running_daymark(tmp_path / "d", FREE_PORTS + settings) as running:
        yield running


async def test_a_playbook_is_announced_delivered_and_acknowledged(daymark: RunningDaymark, tmp_path: Path) -> None:
    connection = await daymark.connect()
    stepper = TimeStepper(connection)
    await stepper.step_to(SUNDAY)
    await daymark.command("roster", "apply", str(tmp_path / "roster.yaml"))
    applied = await daymark.command("playbook", "apply", str(tmp_path / "first.yaml"))
    await stepper.settle()
    assert "to be announced to 1 rep in their working hours" in applied
    assert "reps will ask why this changes: Calls. A `message`, or a `why` for each" in applied
    assert await _list_announcements(daymark) == [("2020-01-01", None, None)]
    await _assert_operators_see_a_pending_announcement(daymark)

    for instant in (MONDAY_MIDNIGHT, MONDAY_NINE):
        await stepper.step_to(instant)
    await stepper.settle()
    assert await _list_announcements(daymark) == [("2020-01-01", "2026-03-02T08:00:01Z", None)]

    link = await _acknowledge(daymark)
    await daymark.command("playbook", "apply", str(tmp_path / "next.yaml"))
    for _ in range(2):
        await stepper.settle()

    assert await _list_announcements(daymark) == [
        ("2026-03-03", "2026-03-02T08:00:01Z", None),
        ("2020-01-01", "2026-03-02T08:00:01Z", "2026-03-02T08:00:01Z"),
    ]
    assert "ok       playbooks: announced to every rep whom they judge" in (await daymark.run("doctor"))[1]
    versions = json.loads(await daymark.command("playbook", "list", "--json"))
    assert [(row["state"], row["announced"], row["delivered"], row["acknowledged"]) for row in versions] == [
        ("in force", 1, 1, 1),
        ("coming", 1, 1, 0),
    ]
    token = link.rpartition("/")[2]
    assert token not in daymark.log()
    await disconnect(connection)


async def test_the_former_name_of_the_announcements_command_still_works(daymark: RunningDaymark) -> None:
    code, output, errors = await run_command("playbook", "told", "--json", folder=daymark.folder, config=daymark.config)

    assert (code, output) == (0, await daymark.command("playbook", "announcements", "--json"))
    assert "`playbook told` is now `playbook announcements`; the old name still works." in errors


async def test_an_invalid_roster_is_refused_as_a_whole_and_the_previous_one_stays(
    daymark: RunningDaymark, tmp_path: Path
) -> None:
    connection = await daymark.connect()
    await TimeStepper(connection).step_to(THURSDAY)
    await disconnect(connection)
    await daymark.command("roster", "apply", str(tmp_path / "roster.yaml"))
    await daymark.command("playbook", "apply", str(tmp_path / "first.yaml"))
    (tmp_path / "roster.yaml").write_text(ROSTER.replace("Europe/Madrid", "Europe/Madird"))

    errors = await daymark.failing_command("roster", "apply", str(tmp_path / "roster.yaml"))

    assert "roster.yaml:5: teams[0].reps[0].timezone: no such time zone; write an IANA name such as Europe/Madrid" in errors
    (tmp_path / "call.ndjson").write_text(json.dumps(observe_call("c1", "2026-03-04T09:00:00Z")))
    await daymark.command("import", str(tmp_path / "call.ndjson"), "--source", "acme")
    assert "ana,2026-03-04,50.00,calls=1" in await daymark.command("scores", "--csv", "--day", "2026-03-04")


async def test_what_was_entered_on_a_page_is_exported_and_removed_only_on_request(
    daymark: RunningDaymark, tmp_path: Path
) -> None:
    file = str(tmp_path / "roster.yaml")
    assert "There is no roster yet. `daymark roster apply` puts a file in force" in await daymark.failing_command(
        "roster", "export"
    )
    await daymark.command("roster", "apply", file)
    await daymark.command("operator", "add", "mara")
    link = (await daymark.command("inbox", "mara")).strip()
    async with httpx.AsyncClient(base_url=link.rpartition("/sign-in")[0]) as browser:
        await browser.post(link)
        (csrf,) = set(re.findall(r'name="csrf" value="([^"]*)"', (await browser.get("/delivery")).text))
        entered = await browser.post("/roster/team", data={"csrf": csrf, "name": "West"})
        page = await browser.get(entered.headers["location"])
    assert '<h2 id="team-west">West</h2>' in page.text

    exported = await daymark.command("roster", "export")
    refusal = await daymark.failing_command("roster", "apply", file)
    replaced = await daymark.command("roster", "apply", file, "--replace")

    assert exported == f"{ROSTER}  - id: west\n    name: West\n"
    assert "team west: The file lacks what was entered on pages, and nothing has changed." in refusal
    assert "removed, although it was entered on a page: team west" in replaced
    assert await daymark.command("roster", "export") == ROSTER


async def _list_announcements(daymark: RunningDaymark) -> list[tuple[str, str | None, str | None]]:
    """The first day of each version, and when its announcement was delivered and acknowledged."""
    rows: list[dict[str, Any]] = json.loads(await daymark.command("playbook", "announcements", "--json"))
    return [(row["effective_from"], row["delivered_at"], row["acknowledged_at"]) for row in rows]


async def _assert_operators_see_a_pending_announcement(daymark: RunningDaymark) -> None:
    """The doctor reports it and finds no silent feed. There is too little history for a calibration."""
    _, doctor = await daymark.run("doctor")
    assert "note     playbooks: the version in force has not reached 1 of 1 reps of north" in doctor
    assert "ok       feeds: no team's feed is silent" in doctor
    assert "the team has fewer than 250 such days yet" in await daymark.command("calibrate", "--team", "north")


async def _acknowledge(daymark: RunningDaymark) -> str:
    """Follow the link of the announcement, which is signed where nobody can sign in, and press its button. Returns the
    link."""
    (line,) = (daymark.folder / "nudges.ndjson").read_text().splitlines()
    link: str = json.loads(line)["url"]
    async with httpx.AsyncClient(follow_redirects=True) as client:
        page = (await client.get(link)).text
        (action,) = re.findall(r'action="[0-9a-f.]+(/read/[0-9]+)"', page)
        response = await client.post(link + action)
    assert "You confirmed on Monday 2 March at " in response.text
    return link
