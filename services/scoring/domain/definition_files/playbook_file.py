"""The playbook file: what its authors may write, and the playbooks that result."""

from collections.abc import Sequence, Set
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator

from services.scoring.domain.definition_files.fields import (
    SLUG,
    Entry,
    Name,
    find_duplicates,
    known_keys,
    read_targets,
    read_text_line,
    require_some,
)
from services.scoring.domain.definition_files.filter_fields import Counts, FilterFields
from services.scoring.domain.definition_files.yaml_document import (
    DefinitionRefused,
    Mistake,
    Path,
    dotted,
    mistakes_of,
    read_documents,
)
from services.scoring.domain.playbook.playbook import Behaviour, Goal, Playbook
from services.scoring.domain.playbook.unverified_rules import Bursts, Overlaps, SameContact, UnverifiedRules
from shared.events import BehaviourKey, GoalKey, TeamId
from shared.languages.messages import gettext
from shared.suggestions import suggest

MESSAGE_LENGTH_MAX: Final = 500
REASON_LENGTH_MAX: Final = 300


class BehaviourEntry(Entry):
    key: Annotated[BehaviourKey, SLUG]
    label: Name
    reason: Annotated[str, BeforeValidator(read_text_line)] = Field(default="", alias="why", max_length=REASON_LENGTH_MAX)
    counts: Counts
    target: Annotated[tuple[Decimal, ...], BeforeValidator(read_targets)]
    weight: Decimal = Field(gt=0)
    cap: Decimal = Field(default=Decimal("1.5"), ge=1)

    def behaviour(self) -> Behaviour:
        return Behaviour(
            key=self.key,
            label=self.label,
            counts=self.counts,
            targets=tuple(Fraction(number) for number in self.target),
            weight=Fraction(self.weight),
            cap=Fraction(self.cap),
            reason=self.reason,
        )


class GoalEntry(Entry):
    key: Annotated[GoalKey, SLUG]
    label: Name
    counts: Counts
    period: Literal["week", "month", "quarter"]
    step: int = Field(gt=0)
    step_min: int | None = Field(default=None, gt=0)
    step_max: int | None = None

    @model_validator(mode="after")
    def _check_bounds(self) -> Self:
        if self.step_min is None and self.step_max is None:
            return self
        if self.step_min is None or self.step_max is None:
            raise ValueError(gettext("the smallest and the largest step belong together; write both or neither"))
        if not self.step_min <= self.step <= self.step_max:
            raise ValueError(gettext("the step must lie between the smallest and the largest one"))
        return self

    def goal(self) -> Goal:
        return Goal(
            key=self.key,
            label=self.label,
            counts=self.counts,
            period=self.period,
            step=self.step,
            step_min=self.step_min,
            step_max=self.step_max,
        )


Limit = Annotated[int, Field(ge=1, le=1_000)]
Seconds = Annotated[int, Field(ge=0, le=86_400)]


class BurstsEntry(Entry):
    more_than: Limit
    within_s: Seconds
    kinds: frozenset[str] | None = None

    def rule(self) -> Bursts:
        return Bursts(more_than=self.more_than, within_s=self.within_s, kinds=self.kinds)


class OverlapsEntry(Entry):
    more_than_s: Seconds = 0
    kinds: frozenset[str] | None = None

    def rule(self) -> Overlaps:
        return Overlaps(more_than_s=self.more_than_s, kinds=self.kinds)


class SameContactEntry(Entry):
    more_than: Limit
    kinds: frozenset[str] | None = None

    def rule(self) -> SameContact:
        return SameContact(more_than=self.more_than, kinds=self.kinds)


class UnverifiedEntry(Entry):
    counts: bool = True
    bursts: BurstsEntry | None = None
    overlaps: OverlapsEntry | None = None
    same_contact: SameContactEntry | None = None

    def rules(self) -> UnverifiedRules:
        return UnverifiedRules(
            counts=self.counts,
            bursts=self.bursts.rule() if self.bursts else None,
            overlaps=self.overlaps.rule() if self.overlaps else None,
            same_contact=self.same_contact.rule() if self.same_contact else None,
        )


class PlaybookFile(Entry):
    team: Annotated[TeamId, SLUG]
    effective_from: date
    message: Annotated[str, BeforeValidator(read_text_line)] = Field(default="", max_length=MESSAGE_LENGTH_MAX)
    behaviours: Annotated[tuple[BehaviourEntry, ...], AfterValidator(require_some)]
    goals: tuple[GoalEntry, ...] = ()
    unverified: UnverifiedEntry | None = None

    def playbook(self) -> Playbook:
        return Playbook(
            team=self.team,
            effective_from=self.effective_from,
            behaviours=tuple(entry.behaviour() for entry in self.behaviours),
            goals=tuple(entry.goal() for entry in self.goals),
            unverified=self.unverified.rules() if self.unverified else None,
            message=self.message,
        )


_KNOWN_KEYS: Final = known_keys(
    PlaybookFile, BehaviourEntry, FilterFields, GoalEntry, UnverifiedEntry, BurstsEntry, OverlapsEntry, SameContactEntry
)


def read_playbooks(text: str, *, file: str) -> list[Playbook]:
    """The playbooks of a file, one per document.

    Raises:
        DefinitionRefused: the file has mistakes; every one is listed.
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
            (("behaviours", number, "key"), behaviour.key) for number, behaviour in enumerate(entry.behaviours)
        ]
        mistakes += find_duplicates(keys, document)
        playbook = entry.playbook()
        if any((other.team, other.effective_from) == (playbook.team, playbook.effective_from) for other in playbooks):
            path: Path = ("effective_from",)
            problem = gettext("the file already has a playbook of this team from this date; keep one")
            mistakes.append(Mistake(line=document.line_of(path), key=dotted(path), problem=problem))
        playbooks.append(playbook)
    if not documents:
        mistakes.append(Mistake(line=1, key="file", problem=gettext("holds no playbook; write one document per team and date")))
    if mistakes:
        raise DefinitionRefused(file, mistakes)
    return playbooks


def refuse_unknown_teams(text: str, playbooks: Sequence[Playbook], teams: Set[TeamId], *, file: str) -> None:
    """Check that the roster has the team of each of these playbooks out of the file. While it has no team at all, it was not
    applied yet, and every team may have a playbook.

    Raises:
        DefinitionRefused: a team is not in the roster.
    """
    unknown = {(playbook.team, playbook.effective_from) for playbook in playbooks if playbook.team not in teams}
    if not teams or not unknown:
        return
    path: Path = ("team",)
    mistakes = []
    for document in read_documents(text, file=file):
        entry = PlaybookFile.model_validate(document.content)
        if (entry.team, entry.effective_from) in unknown:
            remedy = suggest(entry.team, teams) or gettext("add the team to the roster first")
            problem = gettext("the roster has no team {team}; {remedy}").format(team=entry.team, remedy=remedy)
            mistakes.append(Mistake(line=document.line_of(path), key=dotted(path), problem=problem))
    raise DefinitionRefused(file, mistakes)
