"""Effects of rules whose lots were drawn, and what follows from them, on a real database."""

from datetime import date, timedelta
from random import Random

import pytest
from structlog.testing import capture_logs

from services.nudges.decide import on_change as decide_nudges
from services.nudges.decide.policy.holdout import Lottery
from services.nudges.decide.policy.may_send import PAUSED
from services.nudges.domain.candidate import RULE_COMEBACK, RULE_PLAN_DONE
from services.nudges.experiments.list_effects import list_effects
from services.nudges.experiments.measure_effects import measure_effects, pause_harmful_rules
from services.nudges.experiments.resume_rule import RuleNotPaused, resume_rule
from services.nudges.outbox import measure_queues
from services.nudges.rules.comeback import comeback
from services.nudges.rules.plan_done import plan_done
from services.nudges.store import QUERIES
from shared.events import DayReport, Person, Presence
from tests.services.nudges.conftest import Nudging
from tests.services.nudges.reports import MONDAY, at, report

EVENLY = Lottery(seed="", held_out=0.5)
PEOPLE = [f"rep-{number}" for number in range(12)]
DAYS = 13
LAST = MONDAY + timedelta(days=DAYS)


@pytest.fixture(autouse=True)
def _only_these_speak(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decide_nudges, "ON_CHANGE", {RULE_COMEBACK: comeback, RULE_PLAN_DONE: plan_done})


def _of(person: str, day: date, score: float, *, state: str, revision: int, **changes: object) -> DayReport:
    rep = Person(id=person, name=f"{person} Ruiz")
    return report(day, rep=rep, score=score, state=state, revision=revision, **changes)  # type: ignore[arg-type]


async def _play(nudging: Nudging, *, sent_adds: float) -> None:
    """Everybody does the plan every day and more; after a day on which something was sent it is so much more."""
    random, nudging.lottery = Random(1), EVENLY
    for number in range(DAYS + 1):
        day = MONDAY + timedelta(days=number)
        nudging.now = at(day, "12:00")
        for person in PEOPLE:
            was_sent = await nudging.pool.fetchval(
                "SELECT status = 'sent' FROM nudge WHERE person_id = $1 AND sent_day = $2", person, day - timedelta(days=1)
            )
            score = round(125 + random.uniform(-5, 5) + sent_adds * bool(was_sent), 2)
            await nudging.take_in(_of(person, day, score, state="open", revision=1))
            await nudging.take_in(_of(person, day, score, state="closed", revision=2))
    nudging.now = at(LAST, "23:00")


async def test_the_effect_is_that_on_the_score_of_the_next_worked_day(nudging: Nudging) -> None:
    await _play(nudging, sent_adds=10)

    listed = await list_effects(nudging.pool, EVENLY)

    rows = {row.rule: row for row in listed.rules}
    measured, unknown = rows["plan_done"], rows["comeback"]
    assert measured.effect is not None
    assert measured.effect.low < 10 < measured.effect.high
    assert measured.effect.high - measured.effect.low < 4
    assert (measured.people, measured.days) == (12, 12 * DAYS), "the last day has none after it"
    assert 0.3 < measured.days_held_out / measured.days < 0.7
    assert (unknown.effect, unknown.held_out, unknown.paused_at) == (None, 0.5, None)
    assert unknown.not_known_because == "sent to 0 people and held out for 0; it takes 10 of each"


async def test_days_off_are_passed_over_and_an_open_day_is_waited_for(nudging: Nudging) -> None:
    nudging.lottery, friday = EVENLY, MONDAY + timedelta(days=4)
    thursday, saturday, monday = friday - timedelta(days=1), friday + timedelta(days=1), friday + timedelta(days=3)
    nudging.now = at(friday, "12:00")
    await nudging.take_in(
        report(thursday, score=40), report(thursday - timedelta(days=1), score=60), report(friday, score=100, state="open")
    )
    await nudging.take_in(report(saturday, score=None, presence=Presence.DAY_OFF, count=0))
    await nudging.take_in(report(monday, score=30, state="open"))
    ((rule, _, _),) = await nudging.nudges()
    assert await nudging.pool.fetch(QUERIES["list_draws"], rule) == []

    await nudging.take_in(report(monday, score=70, revision=2))

    (drawn,) = await nudging.pool.fetch(QUERIES["list_draws"], rule)
    assert (drawn["score_before"], drawn["score_after"], drawn["chance"]) == (50, 70, 0.5)


async def test_a_rule_that_does_harm_is_paused_and_its_owner_told(nudging: Nudging) -> None:
    await _play(nudging, sent_adds=-10)

    with capture_logs() as logs:
        await pause_harmful_rules(nudging.pool, now=nudging.now)
        await pause_harmful_rules(nudging.pool, now=nudging.now + timedelta(days=1))

    (told,) = [log for log in logs if log["event"] == "rule_paused"]
    assert (told["log_level"], told["rule"]) == ("error", "plan_done")
    assert told["low"] < told["points"] < told["high"] < 0
    await measure_queues(nudging.pool, ["recorder"], nudging.clock(), nudging.metrics)
    assert nudging.metrics.registry.get_sample_value("daymark_nudges_rule_paused", {"rule": "plan_done"}) == 1
    day = LAST + timedelta(days=1)
    nudging.now = at(day, "12:00")
    await nudging.take_in(_of(PEOPLE[0], day, 130, state="open", revision=1))
    assert (await nudging.nudges())[-1] == ("plan_done", "dropped", PAUSED)


async def test_a_rule_that_helps_is_not_paused(nudging: Nudging) -> None:
    await _play(nudging, sent_adds=10)

    await pause_harmful_rules(nudging.pool, now=nudging.now)

    assert await nudging.pool.fetch(QUERIES["list_pauses"]) == []


async def test_a_look_is_taken_once_a_day(nudging: Nudging) -> None:
    await pause_harmful_rules(nudging.pool, now=at(MONDAY, "12:00"))
    await _play(nudging, sent_adds=-10)
    await nudging.pool.execute(QUERIES["mark_effects_looked"], LAST)

    await pause_harmful_rules(nudging.pool, now=at(LAST, "23:00"))
    assert await nudging.pool.fetch(QUERIES["list_pauses"]) == []
    await pause_harmful_rules(nudging.pool, now=at(LAST + timedelta(days=1), "02:00"))

    assert len(await nudging.pool.fetch(QUERIES["list_pauses"])) == 1


async def test_a_rule_that_is_resumed_speaks_and_begins_anew(nudging: Nudging) -> None:
    await _play(nudging, sent_adds=-10)
    await pause_harmful_rules(nudging.pool, now=nudging.now)

    await resume_rule(nudging.pool, "plan_done", now=nudging.now)

    effects = await measure_effects(nudging.pool)
    assert effects["plan_done"].basis.days == 0
    await pause_harmful_rules(nudging.pool, now=nudging.now + timedelta(days=1))
    (row,) = await nudging.pool.fetch(QUERIES["list_pauses"])
    assert (row["paused_at"], row["resumed_at"]) == (None, nudging.now)
    day = LAST + timedelta(days=1)
    nudging.now = at(day, "12:00")
    (spoken,) = await nudging.take_in(_of(PEOPLE[0], day, 130, state="open", revision=1))
    assert spoken.status in {"sent", "held_out"}


async def test_only_a_rule_that_is_paused_can_be_resumed(nudging: Nudging) -> None:
    with pytest.raises(RuleNotPaused, match="plan_done"):
        await resume_rule(nudging.pool, "plan_done", now=nudging.now)
