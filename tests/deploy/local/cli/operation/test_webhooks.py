"""`daymark webhooks reprocess` and `daymark mapping try`, as their user runs them."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.deploy.local.one_rep import FREE_PORTS, ROSTER
from tests.running_daymark import RunningDaymark, running_daymark

SECRET = "canary-secret-5f2a6d1c"
SOURCE = """
[sources.{name}]
kind = "shared-secret"
secrets = ["file:{secret}"]
secret_in = "query:key"
[sources.{name}.fields]
activity_id = "{activity_id}"
kind = "type"
observed_at = "changed"
actor = "rep"
started_at = "at"
outcome = "result"
"""
MENDED = '[sources.{name}.outcomes]\ngesproken = "connected"\n'
DAYS = {
    "misread": "2026-03-02",
    "renamed": "2026-03-03",
    "unreadable": "2026-03-04",
    "tried": "2026-03-05",
    "added": "2026-03-06",
}
"""One source for each test, which calls on its own day."""

IDENTITIES = ", ".join(f'{{source: {name}, user: "7"}}' for name in DAYS)
PLAYBOOK = """\
team: north
effective_from: 2020-01-01
behaviours: [{key: calls, label: Calls, counts: {kinds: [call], outcomes: [connected]}, target: 4, weight: 1}]
"""
UNCHANGED = "Nothing has changed yet. Add --yes to carry it out.\n"


@pytest.fixture(scope="module")
async def daymark(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningDaymark]:
    """A Daymark whose maps lack the sender's word for a call that was answered."""
    folder = tmp_path_factory.mktemp("reprocess")
    (folder / "secret").write_text(SECRET)
    (folder / "roster.yaml").write_text(ROSTER.replace('{source: acme, user: "7"}', IDENTITIES))
    (folder / "playbook.yaml").write_text(PLAYBOOK)
    configuration = FREE_PORTS + "".join(_source(folder, name) for name in DAYS if name != "added")
    async with running_daymark(folder / "d", configuration) as running:
        await running.command("roster", "apply", str(folder / "roster.yaml"))
        await running.command("playbook", "apply", str(folder / "playbook.yaml"))
        yield running


def _source(folder: Path, name: str, *, activity_id: str = "id") -> str:
    return SOURCE.format(name=name, secret=folder / "secret", activity_id=activity_id)


def _mend(daymark: RunningDaymark, name: str, *, activity_id: str = "id") -> None:
    """What the user does to the map of a source. The running services do not know of it."""
    source = _source(daymark.folder.parent, name, activity_id=activity_id)
    daymark.config.write_text(FREE_PORTS + source + MENDED.format(name=name))


def _call(name: str, number: int) -> str:
    at = f"{DAYS[name]}T{9 + number // 6:02}:{number % 6}0:00Z"
    return json.dumps({"id": f"c{number}", "type": "call", "rep": "7", "at": at, "result": "gesproken", "changed": at})


async def _send(daymark: RunningDaymark, name: str, *bodies: str) -> None:
    async with httpx.AsyncClient(base_url=daymark.urls.ingest, params={"key": SECRET}) as sender:
        for body in bodies:
            assert (await sender.post(f"/webhooks/{name}", content=body)).status_code == 200
    await daymark.wait_until_scored()


async def _reprocess(daymark: RunningDaymark, name: str, *options: str) -> str:
    return await daymark.command("webhooks", "reprocess", "--source", name, *options)


async def _scores(daymark: RunningDaymark, name: str) -> list[str]:
    return (await daymark.command("scores", "--csv", "--day", DAYS[name])).splitlines()[1:]


async def test_calls_that_a_map_misread_count_once_it_is_mended(daymark: RunningDaymark) -> None:
    await _send(daymark, "misread", *[_call("misread", number) for number in range(20)], "no json")
    assert await _scores(daymark, "misread") == []
    _mend(daymark, "misread")

    plan = await _reprocess(daymark, "misread")

    described = (
        "activities: 0 new, 20 changed, 0 withdrawn, 0 as before\ndays whose counts change: 1\n  2026-03-02  ana  calls +20\n"
    )
    assert plan.startswith("21 webhooks read again\n1 webhook cannot be read completely; what was read from it before stays:\n")
    assert plan.endswith(described + UNCHANGED)
    assert await _scores(daymark, "misread") == []
    output = await _reprocess(daymark, "misread", "--yes")
    assert output.endswith(described + "Done: scores and explanations are up to date.\n")
    assert await _scores(daymark, "misread") == ["ana,2026-03-02,150.00,calls=20"]
    again = await _reprocess(daymark, "misread", "--yes")
    assert again.endswith(
        "activities: 0 new, 0 changed, 0 withdrawn, 20 as before\ndays whose counts change: 0\nNothing to do.\n"
    )
    assert ", 0 differences" in await daymark.command("audit")


async def test_activities_under_other_ids_replace_those_of_before_in_the_span(daymark: RunningDaymark) -> None:
    await _send(daymark, "renamed", *[_call("renamed", number) for number in range(4)])
    _mend(daymark, "renamed", activity_id="join('-', ['x', id])")

    output = await _reprocess(daymark, "renamed", "--yes", "--since", "2026-01-01")

    assert "activities: 4 new, 0 changed, 4 withdrawn, 0 as before\n" in output
    assert await _scores(daymark, "renamed") == ["ana,2026-03-03,100.00,calls=4"]
    before_all = await _reprocess(daymark, "renamed", "--until", "2026-01-01")
    assert before_all.startswith("No webhook of renamed from that time is stored")


async def test_what_cannot_be_read_any_more_stays_as_it_was(daymark: RunningDaymark) -> None:
    await _send(daymark, "unreadable", *[_call("unreadable", number) for number in range(2)])
    _mend(daymark, "unreadable")
    await _reprocess(daymark, "unreadable", "--yes")
    _mend(daymark, "unreadable", activity_id="nowhere")

    plan = await _reprocess(daymark, "unreadable")

    assert plan.startswith(
        "2 webhooks read again\n2 webhooks cannot be read completely; what was read from them before stays:\n"
    )
    assert plan.endswith(
        "activities: 0 new, 0 changed, 0 withdrawn, 2 as before\ndays whose counts change: 0\nNothing to do.\n"
    )


async def test_a_source_that_is_added_is_tried_mapped_and_read_again_like_those_of_the_file(
    daymark: RunningDaymark, tmp_path: Path
) -> None:
    section = tmp_path / "added.toml"
    section.write_text(_source(daymark.folder.parent, "added"))

    assert await daymark.command("sources", "add", "added", "--from", str(section)) == "added is open at /webhooks/added.\n"
    await _send(daymark, "added", *[_call("added", number) for number in range(4)])
    tried = await daymark.command("mapping", "try", "--source", "added")
    exported = await daymark.command("sources", "export", "added")
    lines = [line for line in exported.splitlines() if not line.startswith("secrets")]
    section.write_text("\n".join([*lines, 'outcomes = {"gesproken" = "connected"}']))
    await daymark.command("sources", "add", "added", "--from", str(section), "--replace")
    output = await _reprocess(daymark, "added", "--yes")

    assert "gesproken" in tried
    assert SECRET not in exported
    assert output.endswith("ana  calls +4\nDone: scores and explanations are up to date.\n")
    assert "added (shared-secret): last webhook" in (await daymark.run("doctor"))[1]
    assert ["added", "shared-secret", "added", "/webhooks/added"] in [
        line.split() for line in (await daymark.command("sources", "list")).splitlines()
    ]

    assert await daymark.command("sources", "remove", "added") == "added is closed.\n"
    async with httpx.AsyncClient(base_url=daymark.urls.ingest, params={"key": SECRET}) as sender:
        assert (await sender.post("/webhooks/added", content=_call("added", 9))).status_code == 404
    assert "did you mean tried?" in await daymark.failing_command("sources", "export", "tied")
    section.write_text("[sources.other]\n")
    assert "[sources.new]" in await daymark.failing_command("sources", "add", "new", "--from", str(section))
    section.write_text('[sources.new]\nkind = "twenty"\naccounts = "1"\n')
    assert "did you mean account?" in await daymark.failing_command("sources", "add", "new", "--from", str(section))


async def test_a_source_that_does_not_exist_is_named_with_the_nearest(daymark: RunningDaymark) -> None:
    _mend(daymark, "misread")

    assert "did you mean misread?" in await daymark.failing_command("webhooks", "reprocess", "--source", "misraed")
    assert "did you mean misread?" in await daymark.failing_command("mapping", "try", "--source", "misraed")


async def test_a_map_is_tried_on_the_last_webhooks_and_on_a_file(daymark: RunningDaymark, tmp_path: Path) -> None:
    _mend(daymark, "tried")
    none_yet = await daymark.command("mapping", "try", "--source", "tried")
    assert none_yet == "tried has sent no webhook in the last seven days. Give a body with --file.\n"
    await _send(daymark, "tried", _call("tried", 0), '{"id": "n1", "type": "newsletter"}')
    (tmp_path / "body.json").write_text('{"id": "c9", "type": "call", "result": "besetzt\\u001b"}')

    stored = await daymark.command("mapping", "try", "--source", "tried", "--last", "2")
    from_file = await daymark.command("mapping", "try", "--source", "tried", "--file", str(tmp_path / "body.json"))

    first, second = stored.split("webhook received ")[1:]
    assert 'becomes call "c0"' in first
    assert 'outcome          "connected"' in first
    assert "becomes nothing: it is no activity, or of a kind that is not mapped" in second
    lines = [line.strip() for line in from_file.splitlines()]
    assert 'outcome          result                   "besetzt\\u001b"' in lines
    assert "actor            rep                      nothing" in lines
    assert "no actor: it counts for nobody, unless another webhook names one" in lines
    assert await _scores(daymark, "tried") == []
