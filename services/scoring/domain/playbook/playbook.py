"""Playbooks and their versions."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import chain, zip_longest
from typing import Final, Literal

from services.scoring.domain.playbook.filters import Filter
from services.scoring.domain.playbook.unverified_rules import UnverifiedRules
from shared.events import BehaviourKey, GoalKey, TeamId, VersionNumber

_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Behaviour:
    """One habit that is counted. `targets` has one number per weekday, Monday first; 0 sets no target for that weekday.
    `reason` is the manager's, in their own words; it may be empty."""

    key: BehaviourKey
    label: str
    counts: Filter
    targets: tuple[Fraction, ...]
    weight: Fraction
    cap: Fraction
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Goal:
    """A count over a period, reached in steps of `step`.

    With `step_min` and `step_max` only the first step has that size; later ones follow the rep's own days, within these bounds.
    """

    key: GoalKey
    label: str
    counts: Filter
    period: Literal["week", "month", "quarter"]
    step: int
    step_min: int | None = None
    step_max: int | None = None

    def period_start(self, day: date) -> date:
        """The first day of the period that the day lies in. Weeks begin on Monday."""
        if self.period == "week":
            return day - timedelta(days=day.weekday())
        months = 1 if self.period == "month" else 3
        return day.replace(month=(day.month - 1) // months * months + 1, day=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Playbook:
    """One version of a team's playbook.

    `effective_from` is a date on each rep's own calendar. `message` is what the manager says about the version, in their own
    words; it may be empty. `wording` rises when the words of a version are changed later. `revises` says why the version begins
    before the day on which it was applied; it is empty otherwise. `number` tells versions apart, also two that begin on the
    same day; it is 0 until the version is applied.
    """

    team: TeamId
    effective_from: date
    behaviours: tuple[Behaviour, ...]
    goals: tuple[Goal, ...]
    unverified: UnverifiedRules | None = None
    message: str = ""
    revises: str = field(default="", compare=False)
    number: VersionNumber = field(default=VersionNumber(0), compare=False)
    wording: int = field(default=0, compare=False)

    @property
    def excludes_unverified(self) -> bool:
        """Whether it marks some activities as unverified and does not count them."""
        return self.unverified is not None and not self.unverified.counts

    def without_texts(self) -> "Playbook":
        """Only what judges people: without what the manager says about it."""
        return replace(self, message="", behaviours=tuple(replace(behaviour, reason="") for behaviour in self.behaviours))

    def judges_like(self, other: "Playbook") -> bool:
        """Whether the two differ at most in the manager's words and in their dates."""
        dated = replace(other.without_texts(), effective_from=self.effective_from)
        return self.without_texts() == dated


class Playbooks:
    """Every version of every team's playbook."""

    def __init__(self, versions: Iterable[Playbook]) -> None:
        self._versions: dict[TeamId, list[Playbook]] = {}
        for version in sorted(versions, key=lambda playbook: playbook.effective_from):
            self._versions.setdefault(version.team, []).append(version)

    def in_force(self, team_id: TeamId, day: date) -> Playbook | None:
        """The newest version of the team that has begun by `day`; None before the first."""
        versions = self._versions.get(team_id, [])
        begun = bisect_right(versions, day, key=lambda version: version.effective_from)
        return versions[begun - 1] if begun else None

    def __iter__(self) -> Iterator[Playbook]:
        """All versions by team, the earliest first."""
        return chain.from_iterable(self._versions[team_id] for team_id in sorted(self._versions))

    def of(self, team_id: TeamId) -> Sequence[Playbook]:
        """Every version of a team, the earliest first."""
        return self._versions.get(team_id, [])

    def from_day(self, team_id: TeamId, day: date) -> Iterator[tuple[Playbook, date]]:
        """Each version of the team that is in force on the day or later, with its last day in force."""
        versions = self._versions.get(team_id, [])
        begun = bisect_right(versions, day, key=lambda version: version.effective_from)
        for version, following in zip_longest(versions[max(begun - 1, 0) :], versions[max(begun, 1) :]):
            yield version, following.effective_from - _ONE_DAY if following is not None else date.max

    def with_versions(self, versions: Iterable[Playbook]) -> "Playbooks":
        """These versions and more, each of which replaces one of the same team and date."""
        by_key = {(version.team, version.effective_from): version for version in chain(self, versions)}
        return Playbooks(by_key.values())
