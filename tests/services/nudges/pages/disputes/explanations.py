"""What scoring answers about a day: one activity that counts, and one that does not."""

from datetime import date
from decimal import Decimal
from typing import Final

from shared.events import BehaviourKey, RepId
from shared.observation import ActivityId, SourceName
from shared.requests.scores import ExplainedActivity, ExplainedLine, Explanation
from tests.services.nudges.builders.days import MONDAY
from tests.services.nudges.builders.people import ANA

CALLS: Final = BehaviourKey("calls")
DEMOS: Final = BehaviourKey("demos")
COUNTED: Final = ExplainedActivity(
    source=SourceName("acme"),
    account="",
    activity_id=ActivityId("c/1"),
    kind="call",
    facts={"actor": "7", "started_at": "2026-03-02T09:08:36+00:00", "duration_s": 109.2, "contact_key": "hush", "x": "hush"},
    counts_for=(CALLS,),
    fails={DEMOS: "kind call is not demo"},
    of_other_kind=(DEMOS,),
)
SHORT: Final = ExplainedActivity(
    source=SourceName("acme"),
    account="7",
    activity_id=ActivityId("c2"),
    kind="call",
    facts={"started_at": "2026-03-02T08:00:00+00:00", "amount": "20000.00", "currency": "EUR", "outcome": "connected"},
    counts_for=(),
    fails={CALLS: "duration 5.0 s is not 60 s or more", DEMOS: "kind call is not demo"},
    of_other_kind=(DEMOS,),
    unverified=("begun within 5 s of an earlier one",),
)


def explain_activities(*activities: ExplainedActivity, day: date = MONDAY, rep_id: RepId = ANA.id) -> Explanation:
    """A day with these activities and a score of 50."""
    return Explanation(
        rep=rep_id,
        day=day,
        timezone="Europe/Madrid",
        presence="working",
        playbook_from=date(2026, 1, 1),
        score=Decimal("50.00"),
        arithmetic="100 x (1 x min(1/2, 1.5)) / (1) = 50.00",
        lines=(
            _line(CALLS, "Calls", count=1, target=Decimal(2), points=Decimal(50)),
            _line(DEMOS, "Demos", count=0, target=Decimal(0), points=Decimal(0)),
        ),
        activities=activities,
    )


def _line(key: BehaviourKey, label: str, *, count: int, target: Decimal, points: Decimal) -> ExplainedLine:
    return ExplainedLine(key=key, label=label, count=count, target=target, weight=Decimal(1), cap=Decimal("1.5"), points=points)


class Scoring:
    """Answers as scoring would, with `activities`, or raises `failure`."""

    def __init__(self) -> None:
        self.activities: tuple[ExplainedActivity, ...] = (COUNTED, SHORT)
        self.failure: Exception | None = None

    async def explain(self, rep_id: RepId, day: date) -> Explanation:
        if self.failure is not None:
            raise self.failure
        return explain_activities(*self.activities, day=day, rep_id=rep_id)
