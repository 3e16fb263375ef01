"""The effects of rules as operators see them, and a rule that is paused until they resume it."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from tests.deploy.local.one_rep import FREE_PORTS
from tests.running_daymark import RunningDaymark, running_daymark

EXPERIMENTS = """
[experiments]
holdout_by_rule = {plan_done = 0.2, comeback = 0.0}
"""
PAUSED_AT = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture
async def daymark(tmp_path: Path) -> AsyncIterator[RunningDaymark]:
    async with running_daymark(tmp_path / "d", FREE_PORTS + EXPERIMENTS) as running:
        yield running


async def test_a_paused_rule_is_reported_and_resumed_by_hand(daymark: RunningDaymark) -> None:
    connection = await asyncpg.connect(daymark.urls.postgres)
    await connection.execute("INSERT INTO nudges.rule_pause (rule, paused_at) VALUES ('plan_done', $1)", PAUSED_AT)
    await daymark.settle()
    is_checked = await connection.fetchval("SELECT checked_on > '-infinity' FROM nudges.effects_check")
    await connection.close()

    rows = {row["rule"]: row for row in json.loads(await daymark.command("effects", "--json"))}
    _, doctor = await daymark.run("doctor")
    table = await daymark.command("effects")
    await daymark.command("rules", "resume", "plan_done")
    errors = await daymark.failing_command("rules", "resume", "plan_done")
    _, doctor_afterwards = await daymark.run("doctor")

    assert is_checked
    assert (rows["plan_done"]["holdout"], rows["comeback"]["holdout"]) == (0.2, 0.0)
    assert rows["plan_done"]["not_known_because"] == "sent to 0 people and withheld from 0; 10 of each are needed"
    assert "problem  rule plan_done: paused since 2026-03-02 08:00 UTC" in doctor
    assert "`daymark rules resume plan_done`" in doctor
    assert "plan_done" in table
    assert "rule plan_done" not in doctor_afterwards
    assert "No rule with this name is paused" in errors
    assert '"rule_resumed"' in daymark.log()
