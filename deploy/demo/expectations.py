"""Which nudges the habits call for: worked out from the letters alone, as one would with pencil and paper."""

from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

from deploy.demo.habits import PLAYBOOK_FROM, TEAM, PlannedDay, SimulatedRep, planned_days

_STARTS_EARLY: Final = "DMLBX"
_QUIET: Final = "QNR"
_DONE_IN_TIME: Final = "DXR"
_DONE_AT_CLOSE: Final = "DRL"
_MISSED_BEFORE_COMEBACK: Final = 2
_WORKED_DAYS_WAITED_MAX: Final = 2


class ExpectedNudge(NamedTuple):
    """One nudge: about which day, by which rule, to whom, and what becomes of it."""

    day: date
    rep: str
    rule: str
    status: str


@dataclass(kw_only=True)
class _Rep:
    """A rep's weeks so far: whether each worked day was done and began early, and which nudges wait."""

    rep: SimulatedRep
    done: list[bool] = field(default_factory=list)
    early: list[bool] = field(default_factory=list)
    waiting: list[tuple[int, PlannedDay, str]] = field(default_factory=list)
    said: list[ExpectedNudge] = field(default_factory=list)
    may_speak: bool = True

    def speak(self, day: PlannedDay, rule: str, number: int, *, now: bool = True) -> None:
        if now and self.may_speak:
            self.note(day, rule, "sent")
            self.may_speak = False
        else:
            self.waiting.append((number, day, rule))

    def note(self, day: PlannedDay, rule: str, status: str) -> None:
        self.said.append(ExpectedNudge(day.day, self.rep.id, rule, status))


def expected_nudges(*, weeks: int) -> list[ExpectedNudge]:
    """All of them, sorted."""
    announced = [ExpectedNudge(PLAYBOOK_FROM, rep.id, "playbook", "sent") for rep in TEAM]
    return sorted([*announced, *(nudge for rep in TEAM for nudge in _of_rep(rep, weeks=weeks))])


def _of_rep(rep: SimulatedRep, *, weeks: int) -> list[ExpectedNudge]:
    state = _Rep(rep=rep)
    days = list(planned_days(rep, weeks=weeks))
    for number, day in enumerate(days):
        state.may_speak = True
        _morning(state, number)
        if number and days[number - 1].habit == "B":
            state.speak(days[number - 1], _celebration(state.done[: number - 1]), number - 1)
            state.done[number - 1] = True
        if day.habit in _QUIET and _usually_early(state.early):
            if state.may_speak:
                state.speak(day, "quiet_afternoon", number)
            else:
                state.note(day, "quiet_afternoon", "dropped")
        if day.habit in _DONE_IN_TIME:
            state.speak(day, _celebration(state.done), number)
        if day.habit == "L":
            state.speak(day, _celebration(state.done), number, now=False)
        state.done.append(day.habit in _DONE_AT_CLOSE)
        state.early.append(day.habit in _STARTS_EARLY)
    for _, day, rule in state.waiting:
        state.note(day, rule, "held")
    return state.said


def _morning(state: _Rep, today: int) -> None:
    """What waits goes out with the working day, one of it; what is too long ago is dropped."""
    waiting, state.waiting = state.waiting, []
    for number, day, rule in waiting:
        if today - number > _WORKED_DAYS_WAITED_MAX:
            state.note(day, rule, "dropped")
        else:
            state.speak(day, rule, number)


def _celebration(done_before: list[bool]) -> str:
    """Comeback when the worked days just before, two or more, were missed."""
    missed = 0
    for done in reversed(done_before):
        if done:
            break
        missed += 1
    return "comeback" if missed >= _MISSED_BEFORE_COMEBACK else "plan_done"


def _usually_early(early: list[bool]) -> bool:
    """Five known days of the last ten, and on 60% of them something by the middle of the day."""
    known = early[-10:]
    return len(known) >= 5 and sum(known) >= 0.6 * len(known)  # noqa: PLR2004 - the rule's own numbers, said once above
