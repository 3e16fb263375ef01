"""Which versions bind a rep from a day on: by these they are, or will be, judged, and of these they are to be told."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from services.scoring.domain.playbook.playbook import Playbook, Playbooks
from services.scoring.domain.roster.roster import Rep

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Binding:
    """A rep is judged by a version from `first` on; until then by `before`, None where by nothing."""

    rep: Rep
    playbook: Playbook
    first: date
    before: Playbook | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Announced:
    """What was announced to a rep: from when a version binds them, how many `times` that was announced, and whether
    it has been withdrawn since."""

    first: date
    times: int
    withdrawn: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """A version that is to be announced to a rep, for so many `times` by now, or, without a binding, to be withdrawn."""

    rep_id: str
    version: int
    first: date
    times: int
    binding: Binding | None


Announcements = Mapping[tuple[str, int], Announced]
"""By the id of the rep and the number of the version."""


def notices(bindings: Iterable[Binding], known: Announcements, *, today: Mapping[str, date]) -> Iterator[Notice]:
    """What the reps of `today` (by id, the day on their own calendar) do not know yet of what binds them, as compared with
    what was announced to them, withdrawals first.

    A first day that is over or has begun is not corrected: nobody could do anything about it.
    """
    bound = {(one.rep.id, one.playbook.number): one for one in bindings}
    for (rep_id, version), was in known.items():
        if (rep_id, version) not in bound and not was.withdrawn and was.first > today[rep_id]:
            yield Notice(rep_id=rep_id, version=version, first=was.first, times=was.times, binding=None)
    for (rep_id, version), one in bound.items():
        before = known.get((rep_id, version))
        is_moved = before is not None and before.first != one.first and one.first > today[rep_id]
        if before is None or before.withdrawn or is_moved:
            times = before.times + 1 if before is not None else 1
            yield Notice(rep_id=rep_id, version=version, first=one.first, times=times, binding=one)


def bindings_of(rep: Rep, playbooks: Playbooks, *, today: date) -> Iterator[Binding]:
    """Every version by which the rep is judged today or will be later, as roster and playbooks stand, once."""
    seen: set[int] = set()
    for team, joined, left in _times_in_teams(rep):
        for playbook, until in playbooks.from_day(team, max(joined, today)):
            first = max(playbook.effective_from, joined)
            if first <= min(until, left) and min(until, left) >= today and playbook.number not in seen:
                seen.add(playbook.number)
                yield Binding(rep=rep, playbook=playbook, first=first, before=_before(rep, playbooks, first))


def _times_in_teams(rep: Rep) -> Iterator[tuple[str, date, date]]:
    """Team, first and last day of each time in which the rep works in one team; what is over before it begins is left out."""
    begins = [(team, next(terms).first) for team, terms in groupby(rep.terms, key=lambda term: term.team)]
    ends = [first - _ONE_DAY for _, first in begins[1:]] + [date.max]
    for (team, begin), end in zip(begins, ends, strict=True):
        first, last = max(begin, rep.joined or date.min), min(end, rep.left or date.max)
        if first <= last:
            yield team, first, last


def _before(rep: Rep, playbooks: Playbooks, first: date) -> Playbook | None:
    if first == date.min or not rep.is_employed_on(first - _ONE_DAY):
        return None
    return playbooks.in_force(rep.on(first - _ONE_DAY).team, first - _ONE_DAY)
