"""The form as the template shows it: its fields with what is wrong in them, suggestions, and what publishing would do."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from services.nudges.domain.phrases import capitalized, natural_name, number, whole_score
from services.nudges.pages.playbook.form_fields import shown_target, shown_value
from shared.facts import FILTERED_FACTS, OneOf
from shared.languages.formats import weekday_names
from shared.languages.messages import gettext, marked
from shared.playbook.document import WEEKDAYS, BehaviourDocument, GoalDocument, PlaybookDocument, Section
from shared.requests.definitions import PreviewRep
from shared.requests.playbook.drafts import DraftMistake, SuggestedTargets

_FILTER_LABELS: Final[Mapping[str, tuple[str, str]]] = {
    "kinds": (marked("Kinds of activity"), marked("such as call, email, meeting")),
    "min_duration_s": (marked("Minimum length in seconds"), marked("such as 120")),
    "outcomes": (marked("Outcomes"), marked("such as connected")),
    "directions": (marked("Direction"), ""),
    "min_amount": (marked("Worth at least"), marked("such as 500")),
    "stages": (marked("Stages of the deal"), marked("such as offer")),
}
"""Label and hint of the field of each filter."""
_PERIODS: Final = {"week": marked("week"), "month": marked("month"), "quarter": marked("quarter")}
_WEEK: Final = 7
Choices = tuple[tuple[str, str], ...]
"""Values with their labels."""
_SCORE_WIDTH_MAX: Final = Decimal(150)


class Mistakes:
    """What is wrong in a draft, at the keys of its file."""

    def __init__(self, mistakes: Iterable[DraftMistake] = ()) -> None:
        self._mistakes = [(mistake.key, f"{capitalized(mistake.problem)}.") for mistake in mistakes]
        self._shown: set[str] = set()

    def at(self, path: str, *, below: bool = True) -> str:
        """What is wrong there, or below it, as sentences; empty if nothing is."""
        starts = (f"{path}.", f"{path}[") if below else ()
        listed = [(key, problem) for key, problem in self._mistakes if key == path or key.startswith(starts or ("\n",))]
        self._shown.update(key for key, _ in listed)
        return " ".join(problem for _, problem in listed)

    def elsewhere(self) -> Sequence[str]:
        """Those that stand at none of the paths that were asked for."""
        return [f"{key}: {problem}" for key, problem in self._mistakes if key not in self._shown]

    def __len__(self) -> int:
        return len(self._mistakes)


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One field. With `choices` it is one of these. `mistake` is a sentence."""

    name: str
    label: str
    value: str
    mistake: str = ""
    hint: str = ""
    choices: Choices = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetField:
    """The target of one weekday, and what the team does on most of these days; empty where that is not known."""

    name: str
    weekday: str
    value: str
    suggestion: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryFields:
    """A behaviour or a goal. `title` names it to whoever cannot see where a button stands."""

    number: int
    name: str
    key: str
    title: str
    label: Field
    reason: Field | None
    filters: tuple[Field, ...]
    others: tuple[Field, ...]
    targets: tuple[TargetField, ...] = ()
    targets_mistake: str = ""
    mistake: str = ""

    @property
    def has_filter_mistake(self) -> bool:
        return any(field.mistake for field in self.filters)

    @property
    def has_suggestion(self) -> bool:
        return any(target.suggestion and target.suggestion != (target.value or "0") for target in self.targets)


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewRow:
    """A rep's mean score as it was and as it would be; the shares are the lengths of the bars in percent."""

    name: str
    was: str
    would_be: str
    was_share: int
    would_be_share: int


def behaviour_fields(
    document: PlaybookDocument, suggestions: Mapping[str, SuggestedTargets], mistakes: Mistakes
) -> list[EntryFields]:
    return [
        _behaviour(place, behaviour, suggestions.get(behaviour.key), mistakes)
        for place, behaviour in enumerate(document.behaviours)
    ]


def goal_fields(document: PlaybookDocument, mistakes: Mistakes) -> list[EntryFields]:
    return [_goal(place, goal, mistakes) for place, goal in enumerate(document.goals)]


def with_suggestions(document: PlaybookDocument, suggestions: Mapping[str, SuggestedTargets], place: int) -> PlaybookDocument:
    """One behaviour gets the suggested targets, where there are some."""
    behaviours = list(document.behaviours)
    if place < len(behaviours) and (suggested := suggestions.get(behaviours[place].key)) is not None:
        pairs = zip(behaviours[place].targets, suggested.targets, strict=True)
        targets = tuple(old if new is None else number(new) for old, new in pairs)
        behaviours[place] = behaviours[place].model_copy(update={"targets": targets})
    return document.model_copy(update={"behaviours": tuple(behaviours)})


def preview_rows(reps: Iterable[PreviewRep]) -> list[PreviewRow]:
    """By name; without reps who had no day with a score."""
    rows = [
        PreviewRow(
            name=natural_name(rep.name),
            was=_score(rep.was),
            would_be=_score(rep.would_be),
            was_share=_share(rep.was),
            would_be_share=_share(rep.would_be),
        )
        for rep in reps
        if rep.was is not None or rep.would_be is not None
    ]
    return sorted(rows, key=lambda row: row.name.casefold())


def next_monday(today: date) -> date:
    """The first Monday after today."""
    return today + timedelta(days=_WEEK - today.weekday())


def _behaviour(place: int, behaviour: BehaviourDocument, suggested: SuggestedTargets | None, mistakes: Mistakes) -> EntryFields:
    name, path = f"behaviour.{place}", f"behaviours[{place}]"
    suggestions = suggested.targets if suggested is not None else (None,) * _WEEK
    return EntryFields(
        number=place + 1,
        name=name,
        key=behaviour.key,
        title=behaviour.label or gettext("behaviour {number}").format(number=place + 1),
        label=_label(name, path, behaviour.label, mistakes),
        reason=_field(f"{name}.why", gettext("Why, in your words"), behaviour.reason, mistakes.at(f"{path}.why")),
        filters=_filters(name, path, behaviour.counts, mistakes),
        others=(
            _field(
                f"{name}.weight",
                gettext("Weight"),
                behaviour.weight,
                mistakes.at(f"{path}.weight"),
                hint=gettext("against the others"),
            ),
            _field(
                f"{name}.cap",
                gettext("Counts up to"),
                behaviour.cap,
                mistakes.at(f"{path}.cap"),
                hint=gettext("times the target"),
            ),
        ),
        targets=tuple(
            TargetField(
                name=f"{name}.{weekday}",
                weekday=day_name,
                value=shown_target(target),
                suggestion=number(suggestion) if suggestion is not None else "",
            )
            for weekday, day_name, target, suggestion in zip(
                WEEKDAYS, weekday_names(is_short=True), behaviour.targets, suggestions, strict=True
            )
        ),
        targets_mistake=mistakes.at(f"{path}.target"),
        mistake=mistakes.at(path, below=False),
    )


def _goal(place: int, goal: GoalDocument, mistakes: Mistakes) -> EntryFields:
    name, path = f"goal.{place}", f"goals[{place}]"
    return EntryFields(
        number=place + 1,
        name=name,
        key=goal.key,
        title=goal.label or gettext("goal {number}").format(number=place + 1),
        label=_label(name, path, goal.label, mistakes),
        reason=None,
        filters=_filters(name, path, goal.counts, mistakes),
        others=(
            _field(
                f"{name}.period",
                gettext("Period"),
                goal.period,
                mistakes.at(f"{path}.period"),
                choices=tuple((period, gettext(label)) for period, label in _PERIODS.items()),
            ),
            _field(
                f"{name}.step",
                gettext("Step"),
                goal.step,
                mistakes.at(f"{path}.step"),
                hint=gettext("from one to the next"),
            ),
            *(
                _field(f"{name}.{key}", label, step, mistakes.at(f"{path}.{key}"), hint=gettext("may be empty"))
                for key, label, step in (
                    ("step_min", gettext("Smallest step"), goal.step_min),
                    ("step_max", gettext("Largest step"), goal.step_max),
                )
            ),
        ),
        mistake=mistakes.at(path, below=False),
    )


def _filters(name: str, path: str, counts: Section, mistakes: Mistakes) -> tuple[Field, ...]:
    fields = []
    for fact in FILTERED_FACTS:
        assert fact.filter is not None
        key = fact.filter.key
        label, hint = _FILTER_LABELS[key]
        value = shown_value(counts[key]) if key in counts else ""
        choices = _choices(fact.filter, value) if isinstance(fact.filter, OneOf) else ()
        mistake = mistakes.at(f"{path}.counts.{key}")
        hint = gettext(hint) if hint else ""
        fields.append(_field(f"{name}.{key}", gettext(label), value, mistake, hint=hint, choices=choices))
    return tuple(fields)


def _choices(one_of: OneOf, value: str) -> Choices:
    """Also the value that is there, if it is none of them."""
    if not one_of.choices:
        return ()
    known = [("", gettext("any")), *((choice, one_of.name_of(choice)) for choice in sorted(one_of.choices))]
    return (*known, *([(value, value)] if value not in dict(known) else []))


def _field(name: str, label: str, value: str, mistake: str, *, hint: str = "", choices: Choices = ()) -> Field:
    return Field(name=name, label=label, value=value, mistake=mistake, hint=hint, choices=choices)


def _label(name: str, path: str, label: str, mistakes: Mistakes) -> Field:
    """A key that is wrong is shown here: it comes from the name."""
    sentences = (mistakes.at(f"{path}.label"), mistakes.at(f"{path}.key"))
    return _field(f"{name}.label", gettext("Name"), label, " ".join(sentence for sentence in sentences if sentence))


def _score(score: Decimal | None) -> str:
    return whole_score(score) if score is not None else gettext("none")


def _share(score: Decimal | None) -> int:
    return int(100 * min(score, _SCORE_WIDTH_MAX) / _SCORE_WIDTH_MAX) if score is not None else 0
