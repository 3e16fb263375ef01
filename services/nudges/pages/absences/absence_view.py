"""What the page says of a rep's days: what was entered, what would be, and what stays as it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.nudges.domain.phrases import first_name, joined, long_date, natural_name
from shared.requests.absences import AbsenceSpan, AbsenceState

_NO_EFFECT: Final = "Nothing is held against {name} on these days, and a streak goes on as if they were days off."


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
        entered_by = f" Entered by {joined(authors)}." if authors else ""
        return AbsenceView(
            heading=f"{name} is marked as away",
            days=f"{name}: away {_describe(state.entered, today=today)}.{entered_by}",
            effect=f"{_NO_EFFECT.format(name=first_name(name))} Scores follow within a minute.",
            remarks=remarks,
            can_withdraw=True,
        )
    if is_withdrawn:
        return AbsenceView(
            heading=f"{name} is not marked as away",
            days=f"{name}: no longer away {_describe(state.missing, today=today)}." if state.missing else "",
            effect="These days count again as they did before. Scores follow within a minute.",
            remarks=remarks,
            can_withdraw=False,
        )
    return AbsenceView(
        heading=f"Was {name} away?" if state.first <= today else f"Will {name} be away?",
        days=f"{name}: away {_describe(state.missing, today=today)}." if state.missing else "",
        effect=f"If you enter this: {_lower_first(_NO_EFFECT.format(name=first_name(name)))}" if state.missing else "",
        remarks=remarks,
        can_withdraw=False,
    )


def describe_span(first: date, last: date, *, today: date) -> str:
    """`on Monday 9 January`, `from Monday 9 January to Friday 13 January`."""
    if first == last:
        return f"on {long_date(first, today=today)}"
    return f"from {long_date(first, today=today)} to {long_date(last, today=today)}"


def _describe(spans: Iterable[AbsenceSpan], *, today: date) -> str:
    return joined([describe_span(span.first, span.last, today=today) for span in spans])


def _remarks(state: AbsenceState) -> Iterable[str]:
    """What does not become an absence, or is one already."""
    if state.active:
        active = joined([long_date(day, today=state.today) for day in state.active])
        stays = "that day stays a working day" if len(state.active) == 1 else "those days stay working days"
        yield f"Something that counts was logged on {active}, so {stays}."
    if state.in_roster:
        yield f"Already in the roster file: away {_describe(state.in_roster, today=state.today)}."


def _lower_first(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
