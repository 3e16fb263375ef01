"""What the page says of a rep's days: what was entered, what would be, and what stays as it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.nudges.domain.phrases import first_name, joined, long_date, natural_name
from shared.languages.messages import gettext, ngettext
from shared.requests.absences import AbsenceSpan, AbsenceState


@dataclass(frozen=True, kw_only=True, slots=True)
class AbsenceView:
    """The page without its form. `days` says which days are meant, in one sentence; it is empty if there are none."""

    heading: str
    days: str
    effect: str
    remarks: tuple[str, ...]
    can_withdraw: bool


def make_view(state: AbsenceState, *, is_withdrawn: bool) -> AbsenceView:
    """Of days on which something is entered, of days that could be entered, or, right after it, of days that were withdrawn."""
    name, today = natural_name(state.rep_name), state.today
    remarks = tuple(_remarks(state))
    if state.entered:
        authors = sorted({span.entered_by for span in state.entered if span.entered_by})
        days, entered_by = _away(name, state.entered, today=today), gettext("Entered by {names}.").format(names=joined(authors))
        effect = gettext(
            "Nothing is held against {name} on these days, and a streak goes on as if they were days off. "
            "Scores follow within a minute."
        )
        return AbsenceView(
            heading=gettext("{name} is marked as away").format(name=name),
            days=f"{days} {entered_by}" if authors else days,
            effect=effect.format(name=first_name(name)),
            remarks=remarks,
            can_withdraw=True,
        )
    if is_withdrawn:
        return AbsenceView(
            heading=gettext("{name} is not marked as away").format(name=name),
            days=_no_longer_away(name, state.missing, today=today) if state.missing else "",
            effect=gettext("These days count again as they did before. Scores follow within a minute."),
            remarks=remarks,
            can_withdraw=False,
        )
    heading = gettext("Was {name} away?") if state.first <= today else gettext("Will {name} be away?")
    effect = gettext(
        "If you enter this: nothing is held against {name} on these days, and a streak goes on as if they were days off."
    )
    return AbsenceView(
        heading=heading.format(name=name),
        days=_away(name, state.missing, today=today) if state.missing else "",
        effect=effect.format(name=first_name(name)) if state.missing else "",
        remarks=remarks,
        can_withdraw=False,
    )


def describe_span(first: date, last: date, *, today: date) -> str:
    """`on Monday 9 January`, `from Monday 9 January to Friday 13 January`."""
    if first == last:
        return gettext("on {day}").format(day=long_date(first, today=today))
    days = {"first": long_date(first, today=today), "last": long_date(last, today=today)}
    return gettext("from {first} to {last}").format_map(days)


def _describe(spans: Iterable[AbsenceSpan], *, today: date) -> str:
    return joined([describe_span(span.first, span.last, today=today) for span in spans])


def _away(name: str, spans: Iterable[AbsenceSpan], *, today: date) -> str:
    return gettext("{name}: away {days}.").format(name=name, days=_describe(spans, today=today))


def _no_longer_away(name: str, spans: Iterable[AbsenceSpan], *, today: date) -> str:
    return gettext("{name}: no longer away {days}.").format(name=name, days=_describe(spans, today=today))


def _remarks(state: AbsenceState) -> Iterable[str]:
    """What does not become an absence, or is one already."""
    if state.active:
        active = joined([long_date(day, today=state.today) for day in state.active])
        text = ngettext(
            "Something that counts was logged on {days}, so that day stays a working day.",
            "Something that counts was logged on {days}, so those days stay working days.",
            len(state.active),
        )
        yield text.format(days=active)
    if state.in_roster:
        days = _describe(state.in_roster, today=state.today)
        yield gettext("Already in the roster file: away {days}.").format(days=days)
