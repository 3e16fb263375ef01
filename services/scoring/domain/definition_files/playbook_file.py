"""The playbook file: what its authors may write, and what becomes of it.

A file with a mistake is refused whole, with every mistake in it: file, line, key and what would be right.
"""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from services.scoring.domain.definition_files.fields import Entry, Name, Slug, known_keys, read_targets, repeated
from services.scoring.domain.definition_files.yaml_document import (
    DefinitionRefused,
    Mistake,
    Path,
    dotted,
    mistakes_of,
    read_documents,
)
from services.scoring.domain.playbook.playbook import Behaviour, Filter, Goal, Playbook
from services.scoring.domain.playbook.unverified import Bursts, Overlaps, SameContact, Unverified


class FilterEntry(Entry):
    kinds: frozenset[str] | None = None
    min_duration_s: float | None = Field(default=None, ge=0)
    outcomes: frozenset[str] | None = None
    directions: frozenset[Literal["inbound", "outbound"]] | None = None
    min_amount: Decimal | None = None
    stages: frozenset[str] | None = None

    def filter(self) -> Filter:
        return Filter(**{name: getattr(self, name) for name in type(self).model_fields})


class BehaviourEntry(Entry):
    key: Slug
    label: Name
    counts: FilterEntry
    target: Annotated[tuple[Decimal, ...], BeforeValidator(read_targets)]
    weight: Decimal = Field(gt=0)
    cap: Decimal = Field(default=Decimal("1.5"), ge=1)

    def behaviour(self) -> Behaviour:
        return Behaviour(
            key=self.key,
            label=self.label,
            counts=self.counts.filter(),
            targets=tuple(Fraction(number) for number in self.target),
            weight=Fraction(self.weight),
            cap=Fraction(self.cap),
        )


class GoalEntry(Entry):
    key: Slug
    label: Name
    counts: FilterEntry
    period: Literal["week", "month", "quarter"]
    step: int = Field(gt=0)
    step_min: int | None = Field(default=None, gt=0)
    step_max: int | None = None

    @model_validator(mode="after")
    def _has_both_bounds_around_its_step(self) -> "GoalEntry":
        """Raises `ValueError` otherwise."""
        if self.step_min is None and self.step_max is None:
            return self
        if self.step_min is None or self.step_max is None:
            raise ValueError("step_min and step_max belong together; write both or neither")
        if not self.step_min <= self.step <= self.step_max:
            raise ValueError("step must lie between step_min and step_max")
        return self

    def goal(self) -> Goal:
        return Goal(
            key=self.key,
            label=self.label,
            counts=self.counts.filter(),
            period=self.period,
            step=self.step,
            step_min=self.step_min,
            step_max=self.step_max,
        )


Times = Annotated[int, Field(ge=1, le=1_000)]
Seconds = Annotated[int, Field(ge=0, le=86_400)]


class BurstsEntry(Entry):
    more_than: Times
    within_s: Seconds
    kinds: frozenset[str] | None = None


class OverlapsEntry(Entry):
    more_than_s: Seconds = 0
    kinds: frozenset[str] | None = None


class SameContactEntry(Entry):
    more_than: Times
    kinds: frozenset[str] | None = None


class UnverifiedEntry(Entry):
    counts: bool = True
    bursts: BurstsEntry | None = None
    overlaps: OverlapsEntry | None = None
    same_contact: SameContactEntry | None = None

    def unverified(self) -> Unverified:
        return Unverified(
            counts=self.counts,
            bursts=Bursts(**dict(self.bursts)) if self.bursts else None,
            overlaps=Overlaps(**dict(self.overlaps)) if self.overlaps else None,
            same_contact=SameContact(**dict(self.same_contact)) if self.same_contact else None,
        )


class PlaybookFile(Entry):
    team: Slug
    effective_from: date
    behaviours: tuple[BehaviourEntry, ...] = Field(min_length=1)
    goals: tuple[GoalEntry, ...] = ()
    unverified: UnverifiedEntry | None = None

    def playbook(self) -> Playbook:
        return Playbook(
            team=self.team,
            effective_from=self.effective_from,
            behaviours=tuple(entry.behaviour() for entry in self.behaviours),
            goals=tuple(entry.goal() for entry in self.goals),
            unverified=self.unverified.unverified() if self.unverified else None,
        )


_KNOWN_KEYS: Final = known_keys(
    PlaybookFile, BehaviourEntry, FilterEntry, GoalEntry, UnverifiedEntry, BurstsEntry, OverlapsEntry, SameContactEntry
)


def read_playbooks(text: str, *, file: str) -> list[Playbook]:
    """The playbooks of a file, one a document.

    Raises:
        DefinitionRefused: with every mistake in it.
    """
    documents = read_documents(text, file=file)
    mistakes: list[Mistake] = []
    playbooks: list[Playbook] = []
    for document in documents:
        try:
            entry = PlaybookFile.model_validate(document.content)
        except ValidationError as refused:
            mistakes += mistakes_of(refused, document, _KNOWN_KEYS)
            continue
        keys: list[tuple[Path, object]] = [
            (("behaviours", number, "key"), one.key) for number, one in enumerate(entry.behaviours)
        ]
        mistakes += repeated(keys, document)
        playbook = entry.playbook()
        if any((other.team, other.effective_from) == (playbook.team, playbook.effective_from) for other in playbooks):
            path: Path = ("effective_from",)
            problem = "this team has a playbook from this date already in the file; keep one"
            mistakes.append(Mistake(line=document.line_of(path), key=dotted(path), problem=problem))
        playbooks.append(playbook)
    if not documents:
        mistakes.append(Mistake(line=1, key="file", problem="holds no playbook; write one document per team and date"))
    if mistakes:
        raise DefinitionRefused(file, mistakes)
    return playbooks
