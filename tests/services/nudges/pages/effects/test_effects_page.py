"""The page of effects, over HTTP on a real database."""

import asyncpg

from services.nudges.pages.effects.measured_effects import FRESH_FOR, MeasuredEffects
from shared.clock import SteppedClock
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.experiments.experiment import run_experiment
from tests.services.nudges.pages.browser import visible_text
from tests.services.nudges.pages.doors.visits import Visits


async def test_a_manager_sees_each_rule_with_its_effect_or_what_is_missing(visits: Visits, rows: Rows) -> None:
    await run_experiment(rows, sent_adds=4)
    await rows.add_nudge(make_nudge("streak", rule="streak"))

    page = visible_text(await (await visits.sign_in("mara")).get("/effects"))

    assert page.count('role="img"') == 1
    assert 'role="img" aria-label="Plan done: +' in page
    assert (
        "Not known yet: the comparison has 0 with the message and 0 without it so far; at least 10 people of each are needed."
        in page
    )
    assert page.count("<h2>") == 2
    assert "These have sent nothing so far, or nothing since an operator resumed them: Comeback, Step reached," in page
    assert "Measured at 11:00 UTC" in page
    assert "rep-" not in page


async def test_a_rep_does_not_see_effects(visits: Visits) -> None:
    assert (await (await visits.sign_in("ana")).get("/effects")).status_code == 404


async def test_effects_are_measured_once_in_a_quarter_of_an_hour(pool: asyncpg.Pool, rows: Rows) -> None:
    clock = SteppedClock(NOON)
    effects = MeasuredEffects(pool, lambda _: 0.5, clock)
    first = await effects.read()
    await rows.add_nudge(make_nudge())

    assert await effects.read() is first
    clock.step_to(NOON + FRESH_FOR)
    assert (await effects.read()).counts["plan_done"].sent == 1
