"""What scoring says of a day: one activity that counts, and one that does not."""

from datetime import date
from decimal import Decimal
from typing import Any

from shared.requests.scores import ExplainedActivity, ExplainedLine, Explanation
from tests.services.nudges.reports import MONDAY

COUNTED = ExplainedActivity(
    source="acme",
    account="",
    activity_id="c/1",
    kind="call",
    facts={"actor": "7", "started_at": "2026-03-02T09:08:36+00:00", "duration_s": 109.2, "contact_key": "hush", "x": "hush"},
    counts_for=("calls",),
    fails={"demos": "kind call is not demo"},
)
SHORT = ExplainedActivity(
    source="acme",
    account="7",
    activity_id="c2",
    kind="call",
    facts={"started_at": "2026-03-02T08:00:00+00:00", "amount": "20000.00", "currency": "EUR", "outcome": "connected"},
    counts_for=(),
    fails={"calls": "duration 5.0 s is not 60 s or more", "demos": "kind call is not demo"},
    unverified=("begun within 5 s of an earlier one",),
)


def explained(*activities: ExplainedActivity, day: date = MONDAY, rep: str = "ana") -> Explanation:
    line: dict[str, Any] = {"weight": Decimal(1), "cap": Decimal("1.5")}
    calls = ExplainedLine(key="calls", label="Calls", count=1, target=Decimal(2), points=Decimal(50), **line)
    demos = ExplainedLine(key="demos", label="Demos", count=0, target=Decimal(0), points=Decimal(0), **line)
    return Explanation(
        rep=rep,
        day=day,
        timezone="Europe/Madrid",
        presence="working",
        playbook_from=date(2026, 1, 1),
        score=Decimal("50.00"),
        arithmetic="100 x (1 x min(1/2, 1.5)) / (1) = 50.00",
        lines=(calls, demos),
        activities=activities,
    )


class Scoring:
    """Answers as scoring would."""

    def __init__(self) -> None:
        self.activities: tuple[ExplainedActivity, ...] = (COUNTED, SHORT)
        self.fails: Exception | None = None

    async def explain(self, rep: str, day: date) -> Explanation:
        if self.fails is not None:
            raise self.fails
        return explained(*self.activities, day=day, rep=rep)
