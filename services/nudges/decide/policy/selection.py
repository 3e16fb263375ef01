"""Which of the celebrations that a day has earned may be sent."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from services.nudges.decide.policy.may_send import is_cooling_down
from services.nudges.domain.candidate import Candidate
from services.nudges.domain.recent_nudges import RecentNudge


def is_outdone(rule: str, day: date, *, by: Collection[tuple[str, date]], praise: Collection[str]) -> bool:
    """Whether something that goes out before it, given as rules and days, praises the same day already."""
    return rule in praise and any(other in praise and day == other_day for other, other_day in by)


def still_worth_sending(
    candidates: Sequence[Candidate],
    *,
    priorities: Mapping[str, int],
    sent: Collection[str],
    recent: Sequence[RecentNudge],
    day: date,
) -> list[Candidate]:
    """The candidates that are worth more than what the day has already led to (`sent`, as rules), so that one day of work is
    praised once, and again only for something greater. A rule that is cooling down leaves its place to the next."""
    best = min((priorities[rule] for rule in sent), default=None)
    return [
        candidate
        for candidate in candidates
        if (best is None or priorities[candidate.rule] < best) and not is_cooling_down(candidate, recent, day)
    ]
