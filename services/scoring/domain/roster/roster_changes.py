"""What a new roster makes different, and for whom."""

from dataclasses import dataclass

from services.scoring.domain.roster.roster import Rep, Roster


@dataclass(frozen=True, kw_only=True, slots=True)
class RosterChanges:
    """Ids of reps. `placed_anew`: whose activities, or on which days, may differ. `scored_anew`: what is expected of them may.
    `described_anew`: only what is said of an open day may. Nobody is in two of the three."""

    joined: frozenset[str]
    gone: frozenset[str]
    placed_anew: frozenset[str]
    scored_anew: frozenset[str]
    described_anew: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        return self.placed_anew | self.scored_anew | self.described_anew


def changes_between(before: Roster, after: Roster) -> RosterChanges:
    """What differs."""
    joined, gone = after.reps.keys() - before.reps.keys(), before.reps.keys() - after.reps.keys()
    placed, scored, described = set(joined | gone), set(), set()
    for rep_id in before.reps.keys() & after.reps.keys():
        old, new = before.reps[rep_id], after.reps[rep_id]
        if _placing(old) != _placing(new):
            placed.add(rep_id)
        elif _scoring(old) != _scoring(new):
            scored.add(rep_id)
        elif old != new or _teams(before, old) != _teams(after, new):
            described.add(rep_id)
    return RosterChanges(
        joined=frozenset(joined),
        gone=frozenset(gone),
        placed_anew=frozenset(placed),
        scored_anew=frozenset(scored),
        described_anew=frozenset(described),
    )


def _placing(rep: Rep) -> object:
    return frozenset(rep.identities), [(term.first, term.timezone) for term in rep.terms]


def _scoring(rep: Rep) -> object:
    terms = [(term.first, term.team, term.country, term.subdivision, term.workdays) for term in rep.terms]
    return terms, rep.joined, rep.left, rep.absences


def _teams(roster: Roster, rep: Rep) -> object:
    return [(team.name, team.managers) for team in roster.teams if team.id in rep.teams]
