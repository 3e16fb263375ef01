"""Activities as cards: what a rep sees of a day, and a manager of what is contested."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from services.nudges.decide.policy.may_send import local_day
from services.nudges.domain.disputes import (
    REASON_WORDS,
    SETTLED_WORDS,
    Reason,
    Recorded,
    Settled,
    facts_in_words,
    kind_in_words,
)
from services.nudges.domain.phrases import clock_time, date_text, number
from services.nudges.pages.disputes.dispute_activity import id_of, recorded_in
from services.nudges.pages.disputes.list_disputes import Contest
from shared.requests.scores import ExplainedActivity, ExplainedLine, Explanation


@dataclass(frozen=True, kw_only=True, slots=True)
class ActivityCard:
    """One activity. `counts` are the behaviours that it counts for, `fails` why it counts for no other, `notes` what is said of
    it, each with who says it; `buttons` what the reader may say, and `reasons` whether they are reasons against it."""

    id: str
    title: str
    when: str
    facts: str
    where: str
    counts: tuple[str, ...] = ()
    fails: tuple[str, ...] = ()
    unverified: str = ""
    notes: tuple[tuple[str, str], ...] = ()
    buttons: tuple[tuple[str, str], ...] = ()
    reasons: bool = False
    is_open: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class DaySheet:
    """A rep's day with everything that it rests on. `lost` are contested activities that are no longer on the day."""

    heading: str
    score: str
    lines: tuple[tuple[str, str, str], ...]
    arithmetic: str
    cards: tuple[ActivityCard, ...]
    lost: tuple[ActivityCard, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DayLine:
    """A day of a rep's, in the list of them."""

    address: str
    heading: str
    score: str
    contested: int


def sheet_of(explained: Explanation, contests: Sequence[Contest]) -> DaySheet:
    """The day as its rep sees it."""
    labels = {line.key: line.label for line in explained.lines}
    said = {one.id: one for one in contests}
    in_order = sorted(explained.activities, key=lambda one: (str(one.facts.get("started_at", "")), one.activity_id))
    cards = [_own_card(explained, one, labels, said.pop(id_of(explained.rep, one), None)) for one in in_order]
    return DaySheet(
        heading=f"{date_text(explained.day)} {explained.day.year}",
        score=score_in_words(explained.score),
        lines=tuple(_line(line) for line in explained.lines if line.target > 0 or line.count > 0),
        arithmetic=explained.arithmetic,
        cards=tuple(cards),
        lost=tuple(_lost_card(one) for one in said.values()),
    )


def day_line(day: date, score: Decimal | None, *, is_open: bool, contested: int) -> DayLine:
    """The day in one line."""
    so_far = " so far" if is_open and score is not None else ""
    return DayLine(address=day.isoformat(), heading=date_text(day), score=score_in_words(score) + so_far, contested=contested)


def score_in_words(score: Decimal | None) -> str:
    """`score 87.50`."""
    return f"score {score:.2f}" if score is not None else "no target, no score"


def cards_for_manager(contests: Sequence[Contest]) -> list[ActivityCard]:
    """What reps have contested, with the activity as it was recorded then, and what the manager may make of it."""
    return [_manager_card(one) for one in contests]


def _line(line: ExplainedLine) -> tuple[str, str, str]:
    return line.label, f"{line.count} of {number(line.target)}", f"{line.points:.2f}"


def _own_card(
    explained: Explanation, activity: ExplainedActivity, labels: dict[str, str], contest: Contest | None
) -> ActivityCard:
    recorded = recorded_in(activity, labels)
    is_open = contest is not None and contest.settled is None
    return ActivityCard(
        id=id_of(explained.rep, activity),
        title=kind_in_words(recorded.kind),
        when=clock_time(recorded.started_at, explained.timezone) if recorded.started_at else "",
        facts=facts_in_words(recorded),
        where=_where(activity.source, activity.account, activity.activity_id),
        counts=recorded.counts_for,
        fails=() if recorded.counts_for else tuple(_fails(activity, labels)),
        unverified="; ".join(activity.unverified),
        notes=tuple(_notes(contest, "You", explained.timezone)) if contest is not None else (),
        buttons=_buttons(contest),
        reasons=not is_open,
        is_open=is_open,
    )


def _fails(activity: ExplainedActivity, labels: dict[str, str]) -> Iterator[str]:
    """Why it counts for nothing. That a call is no email is left out where there is something nearer to say."""
    nearer = {key: why for key, why in activity.fails.items() if not why.startswith("kind ")}
    if not nearer and activity.fails:
        yield f"no behaviour asks for {kind_in_words(activity.kind).lower()}"
    yield from (f"{labels.get(key, key)}: {why}" for key, why in nearer.items())


def _buttons(contest: Contest | None) -> tuple[tuple[str, str], ...]:
    if contest is not None and contest.settled is None:
        return (("withdraw", "Take back"),)
    return tuple((reason.value, words) for reason, words in REASON_WORDS.items())


def _lost_card(one: Contest) -> ActivityCard:
    return _contest_card(one, title=kind_in_words(one.recorded.kind), who="You", buttons=())


def _manager_card(one: Contest) -> ActivityCard:
    open_to_them = [settled for settled in Settled if settled is not one.settled]
    buttons = tuple((settled.value, SETTLED_WORDS[settled]) for settled in open_to_them)
    return _contest_card(
        one, title=f"{one.rep_name}: {kind_in_words(one.recorded.kind).lower()}", who=one.rep_name, buttons=buttons
    )


def _contest_card(one: Contest, *, title: str, who: str, buttons: tuple[tuple[str, str], ...]) -> ActivityCard:
    return ActivityCard(
        id=one.id,
        title=title,
        when=_when(one.recorded, one),
        facts=facts_in_words(one.recorded),
        where=_where(one.source, one.account, one.activity_id),
        counts=one.recorded.counts_for,
        notes=tuple(_notes(one, who, one.timezone)),
        buttons=buttons,
        is_open=one.settled is None,
    )


def _when(recorded: Recorded, one: Contest) -> str:
    at = f" at {clock_time(recorded.started_at, one.timezone)}" if recorded.started_at is not None else ""
    return date_text(one.day) + at


def _notes(one: Contest, who: str, timezone: str) -> Iterator[tuple[str, str]]:
    """Who said what of it."""
    yield who, f"{_on(one.contested_at, timezone)}: {REASON_WORDS[Reason(one.reason)]}"
    if one.settled is not None:
        yield one.settled_by or "A manager", SETTLED_WORDS[one.settled]


def _on(instant: datetime, timezone: str) -> str:
    return date_text(local_day(instant, timezone))


def _where(source: str, account: str, activity_id: str) -> str:
    return ", ".join(part for part in (source, account, activity_id) if part)
