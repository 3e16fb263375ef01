"""Activities as cards: a day as its rep sees it, and disputes as a manager sees them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from services.nudges.domain.feedback.disputes import (
    REASON_LABELS,
    RESOLUTION_LABELS,
    DisputeId,
    Resolution,
    describe_facts,
    describe_kind,
)
from services.nudges.domain.feedback.undo import UNDO_FOR
from services.nudges.domain.phrases import capitalized, clock_time, day_and_month, lowered, natural_name, number
from services.nudges.domain.working_time import local_day
from services.nudges.links import rep_day_path, rep_page_path
from services.nudges.pages.disputes.dispute_activity import dispute_id_of, to_recorded
from services.nudges.pages.disputes.disputes import Dispute
from shared.events import BehaviourKey, PersonId
from shared.languages.formats import decimal_text, full_date_text
from shared.languages.messages import gettext
from shared.requests.scores import ExplainedActivity, ExplainedLine, Explanation


@dataclass(frozen=True, kw_only=True, slots=True)
class ActivityCard:
    """One activity.

    `url` opens the record in the CRM; it is empty if the CRM gave none. `rep_address` and `day_address` lead to the rep and the
    day; they are empty where the reader comes from there. `counts_for` lists the behaviours for which it counts; `fails` says
    why it counts for none. `notes` are pairs of who and what. `buttons` are pairs of what the reader can say and its label, and
    `are_reasons` tells whether they are reasons for a dispute. `fresh_at` is when the reader resolved the dispute, while they
    can still take that back.
    """

    id: DisputeId
    title: str
    time: str
    facts: str
    origin: str
    url: str = ""
    counts_for: tuple[str, ...] = ()
    fails: tuple[str, ...] = ()
    unverified: str = ""
    notes: tuple[tuple[str, str], ...] = ()
    buttons: tuple[tuple[str, str], ...] = ()
    are_reasons: bool = False
    is_disputed: bool = False
    rep: str = ""
    rep_address: str = ""
    day_address: str = ""
    fresh_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoreLine:
    """One behaviour of the breakdown."""

    label: str
    counted: str
    points: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DaySheet:
    """A rep's day with everything that its score rests on. The `score` is None without a target. `absence_entered_by` is the
    manager who entered the day as an absence, if one did. `moved` are disputed activities that are no longer on the day."""

    heading: str
    score: Decimal | None
    lines: tuple[ScoreLine, ...]
    arithmetic: str
    absence_entered_by: str
    cards: tuple[ActivityCard, ...]
    moved: tuple[ActivityCard, ...]


def make_day_sheet(explanation: Explanation, disputes: Sequence[Dispute], *, is_own: bool) -> DaySheet:
    """The day with the activities in the order of their times. Only its own rep has buttons."""
    labels = {line.key: line.label for line in explanation.lines}
    by_id = {dispute.id: dispute for dispute in disputes}
    activities = sorted(
        explanation.activities, key=lambda activity: (str(activity.facts.get("started_at", "")), activity.activity_id)
    )
    cards = [
        _make_card(explanation, activity, labels, by_id.pop(dispute_id_of(explanation.rep, activity), None), is_own=is_own)
        for activity in activities
    ]
    return DaySheet(
        heading=capitalized(full_date_text(explanation.day)),
        score=explanation.score,
        lines=tuple(_make_line(line) for line in explanation.lines if line.target > 0 or line.count > 0),
        arithmetic=explanation.arithmetic,
        absence_entered_by=explanation.absence_entered_by,
        cards=tuple(cards),
        moved=tuple(_make_moved_card(dispute, is_own=is_own) for dispute in by_id.values()),
    )


def make_manager_cards(
    disputes: Sequence[Dispute], *, reader_id: PersonId, has_links: bool, now: datetime
) -> list[ActivityCard]:
    """What reps dispute, with the activity as it was recorded then, and how the manager can resolve it."""
    return [_make_manager_card(dispute, reader_id, has_links=has_links, now=now) for dispute in disputes]


def _make_line(line: ExplainedLine) -> ScoreLine:
    counted = gettext("{count} of {target}").format(count=line.count, target=number(line.target))
    return ScoreLine(label=line.label, counted=counted, points=decimal_text(line.points, decimals=2))


def _make_card(
    explanation: Explanation,
    activity: ExplainedActivity,
    labels: Mapping[BehaviourKey, str],
    dispute: Dispute | None,
    *,
    is_own: bool,
) -> ActivityCard:
    recorded = to_recorded(activity, labels)
    is_disputed = dispute is not None and dispute.resolution is None
    return ActivityCard(
        id=dispute_id_of(explanation.rep, activity),
        title=describe_kind(recorded.kind),
        time=clock_time(recorded.started_at, explanation.timezone) if recorded.started_at else "",
        facts=describe_facts(recorded),
        origin=_describe_origin(activity.source, activity.account, activity.activity_id),
        url=_web_address(activity.facts.get("url")),
        counts_for=recorded.counts_for,
        fails=() if recorded.counts_for else tuple(_describe_failures(activity, labels)),
        unverified="; ".join(activity.unverified),
        notes=tuple(_notes(dispute, _author(dispute, is_own=is_own), explanation.timezone)) if dispute is not None else (),
        buttons=_rep_buttons(is_disputed=is_disputed) if is_own else (),
        are_reasons=not is_disputed,
        is_disputed=is_disputed,
    )


def _describe_failures(activity: ExplainedActivity, labels: Mapping[BehaviourKey, str]) -> Iterator[str]:
    """Why it counts for nothing. That a call is not an email goes without saying when there is a more specific reason."""
    specific = {key: reason for key, reason in activity.fails.items() if key not in activity.of_other_kind}
    if not specific and activity.fails:
        yield gettext("no behaviour counts this kind of activity")
    yield from (f"{labels.get(key, key)}: {reason}" for key, reason in specific.items())


def _rep_buttons(*, is_disputed: bool) -> tuple[tuple[str, str], ...]:
    if is_disputed:
        return (("withdraw", gettext("withdraw")),)
    return tuple((reason.value, gettext(label)) for reason, label in REASON_LABELS.items())


def _make_moved_card(dispute: Dispute, *, is_own: bool) -> ActivityCard:
    author = _author(dispute, is_own=is_own)
    return _make_dispute_card(dispute, title=describe_kind(dispute.recorded.kind), author=author, buttons=())


def _author(dispute: Dispute, *, is_own: bool) -> str:
    return gettext("You") if is_own else dispute.rep_name


def _make_manager_card(dispute: Dispute, reader_id: PersonId, *, has_links: bool, now: datetime) -> ActivityCard:
    possible = [resolution for resolution in Resolution if resolution is not dispute.resolution]
    card = _make_dispute_card(
        dispute,
        title=f"{dispute.rep_name}: {lowered(describe_kind(dispute.recorded.kind))}",
        author=dispute.rep_name,
        buttons=tuple((resolution.value, gettext(RESOLUTION_LABELS[resolution])) for resolution in possible),
    )
    is_fresh = dispute.resolved_by == reader_id and dispute.resolved_at is not None and now - dispute.resolved_at < UNDO_FOR
    return replace(
        card,
        rep=natural_name(dispute.rep_name),
        rep_address=rep_page_path(dispute.rep_id) if has_links else "",
        day_address=rep_day_path(dispute.rep_id, dispute.day) if has_links else "",
        fresh_at=dispute.resolved_at if is_fresh else None,
    )


def _make_dispute_card(dispute: Dispute, *, title: str, author: str, buttons: tuple[tuple[str, str], ...]) -> ActivityCard:
    return ActivityCard(
        id=dispute.id,
        title=title,
        time=_describe_time(dispute),
        facts=describe_facts(dispute.recorded),
        origin=_describe_origin(dispute.source, dispute.account, dispute.activity_id),
        url=_web_address(dispute.recorded.url),
        counts_for=dispute.recorded.counts_for,
        notes=tuple(_notes(dispute, author, dispute.timezone)),
        buttons=buttons,
        is_disputed=dispute.resolution is None,
    )


def _describe_time(dispute: Dispute) -> str:
    started_at = dispute.recorded.started_at
    day = day_and_month(dispute.day)
    if started_at is None:
        return day
    return gettext("{day} at {time}").format(day=day, time=clock_time(started_at, dispute.timezone))


def _notes(dispute: Dispute, author: str, timezone: str) -> Iterator[tuple[str, str]]:
    """Who said what about it."""
    yield author, f"{gettext(REASON_LABELS[dispute.reason])} ({_describe_day(dispute.disputed_at, timezone)})"
    if dispute.resolution is not None:
        yield dispute.resolver_name or gettext("A manager"), gettext(RESOLUTION_LABELS[dispute.resolution])


def _describe_day(instant: datetime, timezone: str) -> str:
    return day_and_month(local_day(instant, timezone))


def _web_address(url: object) -> str:
    """Where the CRM shows the record. An address that a browser would not open as a page of another host is left out."""
    return url if isinstance(url, str) and url.startswith(("https://", "http://")) else ""


def _describe_origin(source: str, account: str, activity_id: str) -> str:
    return ", ".join(part for part in (source, account, activity_id) if part)
