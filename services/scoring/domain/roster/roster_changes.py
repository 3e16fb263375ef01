"""What a new roster changes, and for which reps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.scoring.domain.roster.roster import Identity, Rep, Roster
from shared.events import RepId


@dataclass(frozen=True, kw_only=True, slots=True)
class RosterChanges:
    """Ids of reps. The last three do not overlap: each rep is in the one that asks for the most work.

    `to_reassign`: their activities may belong to other reps or days. `to_rescore`: their targets may differ.
    `to_report`: only what an open day's report says about them may differ. `lost_identities`: what they had before.
    """

    joined: frozenset[RepId]
    removed: frozenset[RepId]
    to_reassign: frozenset[RepId]
    to_rescore: frozenset[RepId]
    to_report: frozenset[RepId]
    lost_identities: Mapping[RepId, Sequence[Identity]]

    @property
    def all(self) -> frozenset[RepId]:
        return self.to_reassign | self.to_rescore | self.to_report


def changes_between(before: Roster, after: Roster) -> RosterChanges:
    """Compare two rosters."""
    joined, removed = after.reps.keys() - before.reps.keys(), before.reps.keys() - after.reps.keys()
    to_reassign, to_rescore, to_report = set(joined | removed), set(), set()
    for rep_id in before.reps.keys() & after.reps.keys():
        old, new = before.reps[rep_id], after.reps[rep_id]
        if _assignment_inputs(old) != _assignment_inputs(new):
            to_reassign.add(rep_id)
        elif _score_inputs(old) != _score_inputs(new):
            to_rescore.add(rep_id)
        elif old != new or _team_descriptions(before, old) != _team_descriptions(after, new):
            to_report.add(rep_id)
    return RosterChanges(
        joined=frozenset(joined),
        removed=frozenset(removed),
        to_reassign=frozenset(to_reassign),
        to_rescore=frozenset(to_rescore),
        to_report=frozenset(to_report),
        lost_identities={rep_id: _lost_identities(before, after, rep_id) for rep_id in to_reassign & before.reps.keys()},
    )


def _lost_identities(before: Roster, after: Roster, rep_id: RepId) -> Sequence[Identity]:
    unchanged = after.reps[rep_id].identities if rep_id in after.reps else ()
    return [identity for identity in before.reps[rep_id].identities if identity not in unchanged]


def _assignment_inputs(rep: Rep) -> object:
    """Everything about a rep that decides which activities are theirs, and on which day."""
    return frozenset(rep.identities), [(term.first, term.timezone) for term in rep.terms]


def _score_inputs(rep: Rep) -> object:
    """Everything else about a rep that decides a day's targets."""
    terms = [(term.first, term.team, term.country, term.subdivision, term.workdays) for term in rep.terms]
    return terms, rep.joined, rep.left, rep.absences


def _team_descriptions(roster: Roster, rep: Rep) -> object:
    return [(team.name, team.managers, team.thanks_from_colleagues) for team in roster.teams if team.id in rep.teams]
