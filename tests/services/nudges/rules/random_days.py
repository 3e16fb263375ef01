"""Random days of reps, scored by scoring itself: runs of good and bad days, days that one behaviour carried, days without any
activity, leave, part days, a playbook that changes."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import product
from random import Random
from typing import Final

from hypothesis import strategies as st

from services.nudges.context.rule_context import RuleContext
from services.nudges.domain.history import history_of
from services.nudges.domain.ladder import Ladder, is_ladder_of, ladders_after
from services.scoring.days.day_report import make_report
from services.scoring.domain.day import Day, Tally
from services.scoring.domain.definitions import Definitions
from services.scoring.domain.playbook.filters import make_filter
from services.scoring.domain.playbook.playbook import Behaviour, Goal, Playbook, Playbooks
from services.scoring.domain.roster.roster import Absence, Rep
from shared.events import BehaviourKey, DayReport, GoalKey, VersionNumber
from tests.services.nudges.builders.days import at
from tests.services.scoring.domain.builders import NORTH, rep, roster

LABELS: Final = (
    "Calls",
    "Sales calls",
    "Meetings booked",
    "Proposals",
    "Leads handled",
    "QBRs held",
    "Calls of 2 minutes or more",
)
TARGETS: Final = ("1/2", "1", "2", "3", "10", "25/2")
FIRST_DAYS: Final = (date(2025, 12, 1), date(2026, 1, 5), date(2026, 3, 2), date(2026, 5, 18))
"""Histories that begin on these days reach over the ends of weeks, months, quarters and a year."""
NAMES: Final = ("Ana Ruiz", "Ana Roy", "Ana Sol", "Ben Ode", "Cleo Fox", "Diego Santos", "Emi Sato")
KINDS: Final = ("done", "over", "carried", "short", "near", "mixed", "empty", "without the first", "leave", "half days")

_RUNS: Final = st.tuples(st.sampled_from(KINDS), st.sampled_from((1, 1, 2, 3, 5, 11, 33)))


class Past:
    """The reports of a rep's working days, oldest first, as the days closed, and the ladders after each."""

    def __init__(self, reports: Sequence[DayReport], ladders: Sequence[Sequence[Ladder]]) -> None:
        self.reports, self.ladders = reports, ladders

    def __repr__(self) -> str:
        """The scores: of a failure, whole reports would fill many pages."""
        return f"Past({' '.join(str(report.score) for report in self.reports)})"

    def contexts(self, *, days_later: int) -> list[RuleContext]:
        """Each day as the rules see it: in its afternoon, or some days later on a morning."""
        return [self._context(number, days_later=days_later) for number in range(len(self.reports))]

    def _context(self, number: int, *, days_later: int) -> RuleContext:
        report = self.reports[number]
        today = report.day + timedelta(days=days_later)
        newest = max(index for index, other in enumerate(self.reports) if other.day <= today)
        return RuleContext(
            report=report if days_later else report.model_copy(update={"state": "open"}),
            history=history_of(self.reports[:number]),
            now=at(today, "09:00" if days_later else "15:20"),
            ladders=tuple(self.ladders[newest]),
        )


@st.composite
def pasts(draw: st.DrawFn) -> Past:
    """Of a rep with up to nine weeks of runs of days of one kind."""
    first = draw(st.sampled_from(FIRST_DAYS))
    runs = draw(st.lists(_RUNS, min_size=2, max_size=12))
    kinds = [kind for kind, length in runs for _ in range(length)][:45]
    random = draw(st.randoms(use_true_random=False))
    return _play(_workdays(first, len(kinds)), kinds, draw(_playbooks(first)), random, name="Ana Ruiz")


def boundaries() -> Iterator[Past]:
    """Around the number of active days from which there is a best, a first and a comeback: some days of a kind, some of them
    idle, and a day with much of everything."""
    playbooks = Playbooks([_playbook(("Calls", "Meetings booked"), ("10", "1"))])
    for kind, active, idle in product(("done", "short", "mixed", "without the first"), (1, 2, 8, 9, 10, 11), (0, 1, 2)):
        kinds = [*[kind] * (active // 2), *["empty"] * idle, *[kind] * (active - active // 2), "over"]
        yield _play(_workdays(FIRST_DAYS[0], len(kinds)), kinds, playbooks, Random(active), name="Ana Ruiz")


@st.composite
def teams(draw: st.DrawFn) -> Sequence[Past]:
    """Of one to five reps of a team with the same eight days behind them; often all of them did well on the last one."""
    first, names = (
        draw(st.sampled_from(FIRST_DAYS)),
        draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True)),
    )
    playbooks, random = draw(_playbooks(first)), draw(st.randoms(use_true_random=False))
    last = draw(st.sampled_from((KINDS, ("done", "over", "carried", "leave"))))
    kinds = {
        name: [*draw(st.lists(st.sampled_from(KINDS), min_size=7, max_size=7)), draw(st.sampled_from(last))] for name in names
    }
    return [_play(_workdays(first, 8), kinds[name], playbooks, random, name=name) for name in names]


def _workdays(first: date, count: int) -> Sequence[date]:
    """So many Mondays to Fridays, from a Monday on."""
    return [first + timedelta(days=7 * (number // 5) + number % 5) for number in range(count)]


def _play(workdays: Sequence[date], kinds: Sequence[str], playbooks: Playbooks, random: Random, *, name: str) -> Past:
    """These days of a rep, each of its kind, with random counts."""
    off = {"leave": Fraction(1), "half days": Fraction(1, 2)}
    absences = tuple(
        Absence(first=day, last=day, part=off[kind]) for day, kind in zip(workdays, kinds, strict=True) if kind in off
    )
    of_rep = rep(name=name.lower().replace(" ", "-"), shown_name=name, absences=absences)
    definitions = Definitions(version=1, roster=roster(of_rep), playbooks=playbooks)
    reports, ladders, goal_count = list[DayReport](), list[list[Ladder]](), dict[date, int]()
    for day, kind in zip(workdays, kinds, strict=True):
        playbook = playbooks.in_force(NORTH, day)
        assert playbook is not None
        counts = _counts_of(kind, playbook, day, random, part=1 - off.get(kind, Fraction(0)))
        goals = []
        for goal in playbook.goals:
            begins = goal.period_start(day)
            goal_count[begins] = goal_count.get(begins, 0) + counts[playbook.behaviours[0].key]
            goals.append((goal, goal_count[begins]))
        report = _report(definitions, of_rep, day, counts, goals)
        earlier = ladders[-1] if ladders else []
        new = ladders_after(earlier, report, history_of(reports).worked)
        ladders.append([*(ladder for ladder in earlier if not any(is_ladder_of(ladder, goal) for goal in report.goals)), *new])
        reports.append(report)
    return Past(reports, ladders)


def _report(
    definitions: Definitions, of_rep: Rep, day: date, counts: dict[BehaviourKey, int], goals: list[tuple[Goal, int]]
) -> DayReport:
    closed = Day(
        rep_id=of_rep.id,
        day=day,
        state="closed",
        tally=Tally(counts=counts, first_counted_at=at(day, "09:40") if any(counts.values()) else None),
        score=definitions.shown_score(of_rep.id, day, counts),
        revision=1,
    )
    return make_report(closed, definitions, goals, now=at(day, "18:00"), is_history=False)


def _counts_of(kind: str, playbook: Playbook, day: date, random: Random, *, part: Fraction) -> dict[BehaviourKey, int]:
    """Counts that make a day of a kind."""
    targets = {behaviour.key: math.ceil(behaviour.targets[day.weekday()] * part) for behaviour in playbook.behaviours}
    first, *others = targets
    mixed = {key: random.randint(0, 2 * target + 1) for key, target in targets.items()}
    done = {key: target + random.randint(0, 1) for key, target in targets.items()}
    match kind:
        case "done" | "half days":
            return done
        case "over":
            return {key: 2 * target + random.randint(1, 4) for key, target in targets.items()}
        case "carried":
            return {key: 2 * target if key == first else max(target - 1, 0) for key, target in targets.items()}
        case "short":
            return {key: random.randint(0, max(target - 1, 0)) for key, target in targets.items()}
        case "near":
            return {key: max(target - random.randint(0, 1), 0) if target > 3 else target for key, target in targets.items()}
        case "without the first":
            return mixed | {first: 0} | dict.fromkeys(others[:1], 1)
        case "mixed":
            return mixed
        case _:
            return dict.fromkeys(targets, 0)


@st.composite
def _playbooks(draw: st.DrawFn, first: date) -> Playbooks:
    """One version of a playbook with one to four behaviours, or two."""
    labels = draw(st.lists(st.sampled_from(LABELS), min_size=1, max_size=4, unique=True))
    versions = [draw(_versions(labels))]
    if draw(st.booleans()):
        changed = draw(_versions(draw(st.permutations(labels))[: max(1, len(labels) - 1)]))
        begins = first + timedelta(days=draw(st.integers(1, 50)))
        versions.append(replace(changed, effective_from=begins, number=VersionNumber(2)))
    return Playbooks(versions)


@st.composite
def _versions(draw: st.DrawFn, labels: Sequence[str]) -> Playbook:
    """Some behaviours have no target on a Friday; with other caps and weights one behaviour can make up for another."""
    playbook = _playbook(labels, [draw(st.sampled_from(TARGETS)) for _ in labels])
    behaviours = [
        replace(
            behaviour,
            targets=(
                *behaviour.targets[:4],
                behaviour.targets[4] * draw(st.sampled_from((1, 1, 1, 0))),
                *behaviour.targets[5:],
            ),
            weight=Fraction(draw(st.sampled_from((1, 1, 2, 5)))),
            cap=Fraction(draw(st.sampled_from(("1", "3/2", "3")))),
        )
        for behaviour in playbook.behaviours
    ]
    goals = [replace(goal, step_min=draw(st.sampled_from((None, 2)))) for goal in playbook.goals if draw(st.booleans())]
    return replace(playbook, behaviours=tuple(behaviours), goals=tuple(goals))


def _playbook(labels: Sequence[str], targets: Sequence[str]) -> Playbook:
    """With a monthly goal for the first behaviour."""
    anything = make_filter({})
    return Playbook(
        team=NORTH,
        effective_from=date(2025, 1, 1),
        behaviours=tuple(
            Behaviour(
                key=BehaviourKey(label.lower().replace(" ", "-")),
                label=label,
                counts=anything,
                targets=(Fraction(target),) * 7,
                weight=Fraction(1),
                cap=Fraction("3/2"),
            )
            for label, target in zip(labels, targets, strict=True)
        ),
        goals=(
            Goal(
                key=GoalKey("goal"),
                label=f"{labels[0]} this month",
                counts=anything,
                period="month",
                step=5,
                step_min=2,
                step_max=20,
            ),
        ),
        number=VersionNumber(1),
    )
