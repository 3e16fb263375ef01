"""Which playbook versions judge a rep from today on, and which announcements follow from that."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from services.scoring.domain.playbook.playbook import Playbook, Playbooks
from services.scoring.domain.roster.roster import Rep
from shared.events import RepId, TeamId, VersionNumber

_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Binding:
    """A version judges a rep from `first` on. `before` is the version that does until then; None if none does."""

    rep: Rep
    playbook: Playbook
    first: date
    before: Playbook | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Announced:
    """What was announced to a rep last: that a version judges them from `first` on. `announcement_number`
    counts the announcements of the version to the rep."""

    first: date
    announcement_number: int
    is_withdrawn: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """A version to announce to a rep, or, without a `binding`, to withdraw."""

    rep_id: RepId
    version: VersionNumber
    first: date
    announcement_number: int
    binding: Binding | None


Announcements = Mapping[tuple[RepId, VersionNumber], Announced]


def find_notices(bindings: Iterable[Binding], announced: Announcements, *, today: Mapping[RepId, date]) -> Iterator[Notice]:
    """What has to be announced or withdrawn, withdrawals first.

    `today` has the day on each rep's own calendar. Nothing is corrected once it has begun: nobody could act on it.
    """
    bound = {(binding.rep.id, binding.playbook.number): binding for binding in bindings}
    for (rep_id, version), last in announced.items():
        if (rep_id, version) not in bound and not last.is_withdrawn and last.first > today[rep_id]:
            number = last.announcement_number
            yield Notice(rep_id=rep_id, version=version, first=last.first, announcement_number=number, binding=None)
    for (rep_id, version), binding in bound.items():
        known = announced.get((rep_id, version))
        has_moved = known is not None and known.first != binding.first and binding.first > today[rep_id]
        if known is None or known.is_withdrawn or has_moved:
            number = known.announcement_number + 1 if known is not None else 1
            yield Notice(rep_id=rep_id, version=version, first=binding.first, announcement_number=number, binding=binding)


def find_bindings(rep: Rep, playbooks: Playbooks, *, today: date) -> Iterator[Binding]:
    """Every version that judges the rep today or will do so later, each once."""
    seen: set[VersionNumber] = set()
    for team_id, joined, left in _memberships(rep):
        for playbook, last_in_force in playbooks.from_day(team_id, max(joined, today)):
            first, last = max(playbook.effective_from, joined), min(last_in_force, left)
            if first <= last and last >= today and playbook.number not in seen:
                seen.add(playbook.number)
                yield Binding(rep=rep, playbook=playbook, first=first, before=_version_before(rep, playbooks, first))


def _memberships(rep: Rep) -> Iterator[tuple[TeamId, date, date]]:
    """Team, first and last day of each stretch of terms in one team, without stretches outside of the employment."""
    begins = [(team_id, next(terms).first) for team_id, terms in groupby(rep.terms, key=lambda term: term.team)]
    ends = [first - _ONE_DAY for _, first in begins[1:]] + [date.max]
    for (team_id, begin), end in zip(begins, ends, strict=True):
        first, last = max(begin, rep.joined or date.min), min(end, rep.left or date.max)
        if first <= last:
            yield team_id, first, last


def _version_before(rep: Rep, playbooks: Playbooks, first: date) -> Playbook | None:
    if first == date.min or not rep.is_employed_on(first - _ONE_DAY):
        return None
    return playbooks.in_force(rep.on(first - _ONE_DAY).team, first - _ONE_DAY)
