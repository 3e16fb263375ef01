"""Names that an operator writes wrong, and names that a terminal could take for something else."""

import json
from collections.abc import AsyncIterator

import pytest

from tests.deploy.local.one_rep import FREE_PORTS, PLAYBOOK, ROSTER, observe_call
from tests.running_daymark import RunningDaymark, running_daymark

HOSTILE_ROSTER = ROSTER.replace("Ana Ruiz", '"[/sales]"')
SETTINGS = """\
day_plan_teams = ["north", "nroth"]
day_plan_reps = ["ana", "aan"]
[privacy]
forget_key = "file:{folder}/secret"
contact_secret = "file:{folder}/secret"
[channels.file]
path = "{folder}/no-such-folder/nudges.ndjson"
[channels.chat.room]
url = "file:{folder}/room"
teams = ["south", "accounts"]
"""


@pytest.fixture(scope="module")
async def daymark(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningDaymark]:
    """With a team that the roster has dropped since, and a playbook of it."""
    folder = tmp_path_factory.mktemp("names")
    (folder / "secret").write_text("0123456789abcdef0123456789abcdef")
    (folder / "calls.ndjson").write_text(json.dumps(observe_call("c\x1b[2J\r1", "2026-03-04T09:00:00Z")))
    (folder / "roster.yaml").write_text(HOSTILE_ROSTER)
    (folder / "first.yaml").write_text(f"{HOSTILE_ROSTER}  - {{id: south, name: South}}\n")
    (folder / "playbook.yaml").write_text(f"{PLAYBOOK}---\n{PLAYBOOK.replace('north', 'south')}")
    (folder / "wrong.yaml").write_text(PLAYBOOK.replace("north", "nroth"))
    (folder / "room").write_text("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ")
    async with running_daymark(folder / "d", FREE_PORTS + SETTINGS.format(folder=folder)) as running:
        await running.command("roster", "apply", str(folder / "first.yaml"))
        await running.command("playbook", "apply", str(folder / "playbook.yaml"))
        await running.command("roster", "apply", str(folder / "roster.yaml"))
        yield running


@pytest.mark.parametrize(
    ("arguments", "nearest"),
    [
        (("inbox", "mar"), "mara"),
        (("you", "aan"), "ana"),
        (("explain", "aan", "2026-03-04"), "ana"),
        (("audit", "--rep", "aan"), "ana"),
        (("rescore", "--rep", "aan"), "ana"),
        (("rescore", "--team", "nroth"), "north"),
        (("scores", "--team", "nroth"), "north"),
        (("totals", "--team", "nroth"), "north"),
        (("calibrate", "--team", "nroth"), "north"),
        (("playbook", "announcements", "--team", "nroth"), "north"),
        (("playbook", "apply", "wrong.yaml"), "north"),
        (("playbook", "preview", "wrong.yaml"), "north"),
        (("nudges", "--person", "maar"), "mara"),
        (("import", "calls.ndjson", "--source", "acne"), "acme"),
        (("forget", "somebody", "--source", "acne", "--yes"), "acme"),
        (("forget", "anna", "--yes"), "ana"),
        (("rules", "resume", "strek"), "streak"),
        (("channels", "enable", "fiel"), "file"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else "",
)
async def test_a_misspelt_name_is_refused_with_the_nearest_one(
    daymark: RunningDaymark, arguments: tuple[str, ...], nearest: str
) -> None:
    folder = daymark.folder.parent
    paths_in_place = [str(folder / argument) if (folder / argument).is_file() else argument for argument in arguments]

    errors = await daymark.failing_command(*paths_in_place)

    assert f"did you mean {nearest}?" in errors


async def test_the_inbox_of_a_rep_is_refused_and_their_own_page_is_named(daymark: RunningDaymark) -> None:
    assert "ana (a rep, whose own page `daymark you ana` opens)" in await daymark.failing_command("inbox", "ana")
    assert "nobody: The roster has no rep with this id." in await daymark.failing_command("you", "nobody")


async def test_the_doctor_names_a_team_that_has_a_playbook_and_is_not_in_the_roster(daymark: RunningDaymark) -> None:
    _, findings = await daymark.run("doctor")

    assert "note     playbooks: the roster lacks 1 team with a playbook: south; until it has them, these playbooks" in findings
    assert "note     playbooks: the version in force has not reached 1 of 1 reps of north" in findings
    assert " and " in findings.splitlines()[-1]
    assert " notes found" in findings.splitlines()[-1]


async def test_the_doctor_names_teams_and_reps_in_the_settings_that_no_roster_has(daymark: RunningDaymark) -> None:
    _, findings = await daymark.run("doctor")

    notes = [line.partition(": The roster")[0] for line in findings.splitlines() if ": The roster has no " in line]
    assert notes == [
        "note     nudges.day_plan_teams: nroth (did you mean north?)",
        "note     nudges.day_plan_reps: aan (did you mean ana?)",
        "note     channels.chat.room.teams: accounts",
    ]


async def test_a_team_that_the_roster_no_longer_has_can_still_be_asked_for(daymark: RunningDaymark) -> None:
    assert "No activity counted" in await daymark.command("scores", "--team", "south")


async def test_markup_in_names_ids_and_reasons_is_printed_as_it_is_and_control_characters_are_visible(
    daymark: RunningDaymark,
) -> None:
    folder = daymark.folder.parent
    (folder / "past.yaml").write_text(PLAYBOOK.replace("2020-01-01", "2020-01-02"))

    await daymark.command("playbook", "apply", str(folder / "past.yaml"), "--revise", "a reason with [bold and [/]")
    await daymark.command("import", str(folder / "calls.ndjson"), "--source", "acme")

    assert "[/sales]" in await daymark.command("playbook", "announcements", "--team", "north")
    assert "a reason with [bold and [/]" in await daymark.command("playbook", "list")
    assert "  acme/c\\x1b[2J\\x0d1 " in await daymark.command("explain", "ana", "2026-03-04")
    errors = await daymark.failing_command("explain", "[/nobody]\x1b", "2026-03-04")
    assert "daymark: [/nobody]\\x1b: The roster has no rep with this id." in errors
