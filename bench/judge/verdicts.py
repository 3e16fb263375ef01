"""Verdicts on the messages of one play: true or false, how soon, how often, about whom."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from bench.judge.messages import Sent, is_about_the_day, right_about
from bench.trials.trace import ONE_DAY, Change, Meaning, Trace
from shared.events import RepId

SOON_DAYS: Final = (10, 20)
"""Within so many rostered days a change should be noticed."""
_REPEAT: Final = timedelta(weeks=4)
_FALL: Final = frozenset({Meaning.FALL})
_DAYS_BEFORE: Final = 5
"""A message about the days before its own is taken to be about so many rostered days."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What is to be said of one rule, or of a rival, in one play. `true` and `false` count reps named, and `silent` those of
    them with nothing logged in the days that the message is about; `delays` has, for each change that the rule should notice,
    on which rostered day of it that happened."""

    messages: int
    named: int
    true: int
    false: int
    silent: int
    repeats: int
    judged_days: int
    delays: Sequence[int | None] = ()

    def __add__(self, other: "Verdict") -> "Verdict":
        """Of both plays."""
        return Verdict(
            messages=self.messages + other.messages,
            named=self.named + other.named,
            true=self.true + other.true,
            false=self.false + other.false,
            silent=self.silent + other.silent,
            repeats=self.repeats + other.repeats,
            judged_days=self.judged_days + other.judged_days,
            delays=[*self.delays, *other.delays],
        )

    def caught_within(self, days: int) -> int:
        return sum(delay is not None and delay <= days for delay in self.delays)


@dataclass(frozen=True, kw_only=True)
class Judge:
    """Knows the trace. Only what arrives from `judged_from` on is judged."""

    trace: Trace
    judged_from: date
    rostered: Mapping[RepId, Sequence[date]] = field(init=False)

    def __post_init__(self) -> None:
        rostered = {rep_id: self.trace.rostered_days(rep_id) for rep_id in self.trace.rep_ids}
        object.__setattr__(self, "rostered", rostered)

    @property
    def weeks(self) -> float:
        return ((self.trace.last - self.judged_from).days + 1) / 7

    def judge(self, messages: Sequence[Sent], *, meanings: frozenset[Meaning] = _FALL) -> Verdict:
        """Of the messages of one rule, which are true about changes of these meanings."""
        judged = [sent for sent in messages if sent.day >= self.judged_from]
        about_reps = [sent for sent in judged if sent.rep_id is not None]
        true = [sent for sent in about_reps if self._is_true(sent, meanings)]
        return Verdict(
            messages=len({sent.nudge_id for sent in judged}),
            named=len(about_reps),
            true=len(true),
            false=len(about_reps) - len(true),
            silent=sum(self._is_silent(sent) for sent in about_reps),
            repeats=_count_repeats(about_reps),
            judged_days=sum(self._count_judged(rep_id, meanings) for rep_id in self.rostered),
            delays=[self._delay(change, true) for change in self._to_notice(meanings)],
        )

    def _changes(self, rep_id: RepId | None, meanings: Collection[Meaning]) -> Iterator[Change]:
        return (change for change in self.trace.changes if change.rep_id == rep_id and change.meaning in meanings)

    def _is_true(self, sent: Sent, meanings: Collection[Meaning]) -> bool:
        return any(self._is_during(sent.day, change) for change in self._changes(sent.rep_id, meanings))

    def _is_during(self, day: date, change: Change) -> bool:
        """On the morning after the change a message is about its last day."""
        days = self.rostered[change.rep_id]
        following = days[bisect_right(days, change.last) :][:1]
        return change.first <= day <= (following[0] if following else change.last + ONE_DAY)

    def _count_judged(self, rep_id: RepId, meanings: Collection[Meaning]) -> int:
        """The rostered days on which a message about the rep would be false."""
        changes = list(self._changes(rep_id, meanings))
        judged = self.rostered[rep_id][bisect_left(self.rostered[rep_id], self.judged_from) :]
        return sum(not any(self._is_during(day, change) for change in changes) for day in judged)

    def _to_notice(self, meanings: Collection[Meaning]) -> list[Change]:
        return [change for change in self.trace.changes if change.meaning in meanings and change.first >= self.judged_from]

    def _delay(self, change: Change, true: Sequence[Sent]) -> int | None:
        """On which rostered day of the change the first message arrived, counted from 1."""
        arrived = [sent.day for sent in true if sent.rep_id == change.rep_id and self._is_during(sent.day, change)]
        if not arrived:
            return None
        days = self.rostered[change.rep_id]
        return bisect_right(days, min(arrived)) - bisect_left(days, change.first)

    def _is_silent(self, sent: Sent) -> bool:
        assert sent.rep_id is not None
        if is_about_the_day(sent.rule):
            return not self.trace.total_on(sent.rep_id, sent.about_day)
        days = self.rostered[sent.rep_id]
        before = days[: bisect_left(days, sent.day)][-_DAYS_BEFORE:]
        return not any(self.trace.total_on(sent.rep_id, day) for day in before)


def judge_rules(judge: Judge, messages: Sequence[Sent], rules: Sequence[str]) -> dict[str, Verdict]:
    """By rule, in the order of the rules."""
    return {rule: judge.judge([sent for sent in messages if sent.rule == rule], meanings=right_about(rule)) for rule in rules}


def _count_repeats(messages: Sequence[Sent]) -> int:
    """Those that follow another one of the rule about the same rep within four weeks."""
    repeats = 0
    for rep_id in {sent.rep_id for sent in messages}:
        days = sorted(sent.day for sent in messages if sent.rep_id == rep_id)
        repeats += sum(later - earlier < _REPEAT for earlier, later in pairwise(days))
    return repeats
