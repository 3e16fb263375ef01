"""One realistic message of each kind, and one in which several travel."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from services.nudges.decide.compose import DayBasis, compose_nudge
from services.nudges.decide.decision_context import Recipient
from services.nudges.decide.persist import bundle
from services.nudges.deliver.deliver_nudges import add_links
from services.nudges.deliver.personal.neutral_text import neutral_nudge
from services.nudges.domain.candidate import Candidate
from services.nudges.links import Links
from shared.events import Nudge, NudgeKind, Person
from tests.services.nudges.builders.days import at
from tests.services.nudges.rules.harbor import ANA, DIEGO, HARBOR, LAURA, TOM, WEDNESDAY
from tests.services.nudges.rules.shown import EXAMPLES

LINKS: Final = Links(base_url="https://daymark.example.com", secret="signs the links of the golden files")
MORNING: Final[datetime] = at(WEDNESDAY, "09:00")
TITLES: Final[Mapping[NudgeKind, tuple[str, Person]]] = {
    NudgeKind.CELEBRATION: ("Comeback", DIEGO),
    NudgeKind.COACHING: ("Drop", TOM),
    NudgeKind.RECOGNITION: ("Recognition due", LAURA),
    NudgeKind.DIGEST: ("Weekly brief", LAURA),
    NudgeKind.ANNOUNCEMENT: ("A changed playbook", DIEGO),
    NudgeKind.CORRECTION: ("Correction", ANA),
    NudgeKind.THANKS: ("A word from a manager", ANA),
}
"""The example that stands for each kind, and whom it is for."""
SEVERAL: Final = "several"


def samples() -> Mapping[str, Nudge]:
    """By kind, as a channel is given them; and the morning message of a manager in which several travel."""
    of_kinds = {kind.value: _nudge(_candidate(title), person) for kind, (title, person) in TITLES.items()}
    morning = bundle([_nudge(_candidate(title), LAURA) for title in ("Digest", "Gone silent", "Recognition due")])
    return {name: add_links(neutral_nudge(nudge), LINKS) for name, nudge in {**of_kinds, SEVERAL: morning}.items()}


def _candidate(title: str) -> Candidate:
    return next(example.candidate for example in EXAMPLES if example.title == title)


def _nudge(candidate: Candidate, person: Person) -> Nudge:
    recipient = Recipient(person=person, team=HARBOR, timezone="Europe/Madrid", managers=())
    return compose_nudge(candidate, recipient, DayBasis(day=WEDNESDAY), wording=0, decided_at=MORNING, send_at=MORNING)
