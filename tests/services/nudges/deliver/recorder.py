"""A channel that answers as it is told, and records what it was given."""

from dataclasses import dataclass, field
from datetime import timedelta

from services.nudges.deliver.channel import EVERYTHING, Audience, Delivered, Outcome
from shared.events import Nudge, NudgeId


@dataclass
class Recorder:
    """Answers with the next of `answers`, and with yes when there are none left."""

    name: str = "recorder"
    destination: bytes = b""
    audience: Audience = EVERYTHING
    give_up_after: timedelta = timedelta(hours=24)
    at_once_max: int = 50
    reaches_recipient: bool = True
    answers: list[Outcome] = field(default_factory=list)
    attempts: list[tuple[NudgeId, int]] = field(default_factory=list)
    nudges: list[Nudge] = field(default_factory=list)

    async def send(self, nudge: Nudge, *, attempts: int) -> Outcome:
        self.attempts.append((nudge.id, attempts))
        self.nudges.append(nudge)
        return self.answers.pop(0) if self.answers else Delivered()
