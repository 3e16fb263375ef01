"""The effects of rules, as the operator sees them, and a rule that is paused until they let it speak again."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from tests.deploy.local.test_daymark_up import CONFIGURATION
from tests.house_of_its_own import LivingHouse, living_house

EXPERIMENTS = """
[experiments]
held_out_by_rule = {plan_done = 0.2, comeback = 0.0}
"""
PAUSED_AT = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[LivingHouse]:
    async with living_house(tmp_path / "d", CONFIGURATION + EXPERIMENTS) as living:
        yield living


async def test_a_paused_rule_is_reported_and_resumed_by_hand(house: LivingHouse) -> None:
    connection = await asyncpg.connect(house.said["postgres"])
    await connection.execute("INSERT INTO nudges.rule_pause (rule, paused_at) VALUES ('plan_done', $1)", PAUSED_AT)
    await house.settle()
    is_looked_at = await connection.fetchval("SELECT looked_on > '-infinity' FROM nudges.effects_look")
    await connection.close()

    rows = {row["rule"]: row for row in json.loads(await house.command("effects", "--json"))}
    _, doctor = await house.run("doctor")
    shown = await house.command("effects")
    await house.command("rules", "resume", "plan_done")
    complaint = await house.complaint("rules", "resume", "plan_done")
    _, well = await house.run("doctor")

    assert is_looked_at
    assert (rows["plan_done"]["held_out"], rows["comeback"]["held_out"]) == (0.2, 0.0)
    assert rows["plan_done"]["not_known_because"] == "sent to 0 people and held out for 0; it takes 10 of each"
    assert "wrong rule plan_done: paused since 2026-03-02 08:00 UTC" in doctor
    assert "`daymark rules resume plan_done`" in doctor
    assert "plan_done" in shown
    assert "rule plan_done" not in well
    assert "No rule of this name is paused" in complaint
    assert '"rule_resumed"' in house.log()
