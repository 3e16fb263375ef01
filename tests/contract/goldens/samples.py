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
from tests.services.nudges.rules.shown import EXAMPLES, examples

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
IN_SPANISH: Final = "in-spanish"
"""The same as it is sent to somebody who reads Spanish."""
_MORNING_RULES: Final = ("digest", "gone_silent", "recognition_due")


def samples() -> Mapping[str, Nudge]:
    """By kind, as a channel is given them; and the morning message of a manager in which several travel."""
    of_kinds = {kind.value: _nudge(_candidate(title), person) for kind, (title, person) in TITLES.items()}
    return {name: _as_sent(nudge) for name, nudge in of_kinds.items()} | {SEVERAL: morning()}


def morning() -> Nudge:
    """The morning message of a manager, in the language that is used now."""
    by_rule = {example.candidate.rule: example.candidate for example in examples()}
    candidates = [by_rule[rule] for rule in _MORNING_RULES]
    return _as_sent(bundle([_nudge(candidate, LAURA) for candidate in candidates]))


def _as_sent(nudge: Nudge) -> Nudge:
    return add_links(neutral_nudge(nudge), LINKS)


def _candidate(title: str) -> Candidate:
    return next(example.candidate for example in EXAMPLES if example.title == title)


def _nudge(candidate: Candidate, person: Person) -> Nudge:
    recipient = Recipient(person=person, team=HARBOR, timezone="Europe/Madrid", managers=())
    return compose_nudge(candidate, recipient, DayBasis(day=WEDNESDAY), wording=0, decided_at=MORNING, send_at=MORNING)
