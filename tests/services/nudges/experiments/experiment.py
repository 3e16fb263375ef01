"""Teams whose nudges were part of an experiment, as planted rows."""

from datetime import date, timedelta
from random import Random
from typing import Final

from shared.events import NudgeId
from tests.services.nudges.builders.days import MONDAY, at
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import make_rep
from tests.services.nudges.builders.reports import report
from tests.services.nudges.builders.rows import Rows

PEOPLE: Final = [f"rep-{number}" for number in range(12)]
DAYS: Final = 13
LAST: Final = MONDAY + timedelta(days=DAYS)


async def run_experiment(rows: Rows, *, sent_adds: float, rule: str = "plan_done") -> None:
    """Everybody does their plan every day, and on half of the days a nudge is withheld. After a day on which one was sent, the
    score is higher by `sent_adds`."""
    random = Random(1)
    for person in PEOPLE:
        was_sent = False
        for number in range(DAYS + 1):
            day = MONDAY + timedelta(days=number)
            score = round(125 + random.uniform(-5, 5) + sent_adds * was_sent, 2)
            await rows.add_day(report(day, score=score, rep=make_rep(person)))
            was_sent = random.random() < 0.5
            await add_assignment(rows, person, day, is_sent=was_sent, rule=rule)


async def add_assignment(
    rows: Rows, person: str, day: date, *, is_sent: bool, rule: str = "plan_done", propensity: float = 0.5
) -> None:
    """A nudge of a rule that was sent, or withheld, at noon of a day, to somebody whom messages reach."""
    nudge = make_nudge(f"{rule}-{person}-{day}", rule=rule, day=day, person=make_rep(person), send_at=at(day, "12:00"))
    await rows.add_nudge(nudge, status="sent" if is_sent else "withheld", propensity=propensity)
    message = nudge
    if not is_sent:
        message = nudge.model_copy(update={"id": NudgeId(f"near-{nudge.id}"), "rule": "near"})
        await rows.add_nudge(message)
    await rows.add_channel()
    await rows.add_delivery(message.id, state="delivered")
