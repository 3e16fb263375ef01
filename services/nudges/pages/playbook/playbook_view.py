"""A team's playbook in plain words: the versions in force and to come, the history, and who has confirmed what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from services.nudges.domain.phrases import clock_time, long_date, natural_name
from services.nudges.domain.working_time import local_day
from services.nudges.pages.playbook_sections import BehaviourLine, GoalLine, behaviour_line, describe_start, describe_steps
from shared.events import VersionNumber
from shared.languages.messages import gettext, marked
from shared.requests.playbook.drafts import Acknowledgement, PublicationRow, ShownVersion, TeamPlaybook


@dataclass(frozen=True, kw_only=True, slots=True)
class ReaderLine:
    """A rep to whom a version was announced. `confirmed` says when they confirmed it; it is empty until then."""

    name: str
    confirmed: str
    is_delivered: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class VersionSection:
    """A version in words. `readers` is empty for whoever does not manage the team."""

    version: VersionNumber
    heading: str
    message: str
    behaviours: tuple[BehaviourLine, ...]
    goals: tuple[GoalLine, ...]
    unverified: tuple[str, ...]
    changes: tuple[str, ...]
    text: str
    readers: tuple[ReaderLine, ...]
    confirmed_count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryLine:
    """Something that was published. `version` can be exported as long as no other one has replaced it; None afterwards."""

    begins: str
    is_wording: bool
    author: str
    published: str
    changes: tuple[str, ...]
    revises: str
    version: VersionNumber | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaybookView:
    """`sections` are the version in force and those to come."""

    team: str
    sections: tuple[VersionSection, ...]
    history: tuple[HistoryLine, ...]


def make_view(playbook: TeamPlaybook, *, has_readers: bool) -> PlaybookView:
    return PlaybookView(
        team=playbook.name,
        sections=tuple(
            _section(version, playbook, has_readers=has_readers) for version in playbook.versions if version.state != "past"
        ),
        history=tuple(history_lines(playbook.publications, playbook)),
    )


def history_lines(publications: Iterable[PublicationRow], playbook: TeamPlaybook) -> Iterable[HistoryLine]:
    """In words, on the team's clock."""
    versions = {version.version: version for version in playbook.versions}
    for row in publications:
        version = versions.get(row.version)
        yield HistoryLine(
            begins=long_date(row.effective_from, today=playbook.today),
            is_wording=row.is_wording,
            author=describe_author(row.published_by),
            published=_moment(row.published_at, playbook),
            changes=version.changes if version is not None and not row.is_wording else (),
            revises=version.revises if version is not None else "",
            version=row.version if version is not None and not row.is_wording else None,
        )


def describe_author(published_by: str | None) -> str:
    """Who published something, or how it came, as the end of a sentence."""
    if published_by is None:
        return gettext("applied from a file, or in the first steps")
    if name := natural_name(published_by):
        return gettext("published by {name}").format(name=name)
    return gettext("published by somebody who was erased")


def _section(version: ShownVersion, playbook: TeamPlaybook, *, has_readers: bool) -> VersionSection:
    total_weight = sum((behaviour.weight for behaviour in version.behaviours), Decimal(0))
    begins = long_date(version.effective_from, today=playbook.today)
    readers = tuple(_reader(reader, playbook) for reader in version.acknowledgements) if has_readers else ()
    return VersionSection(
        version=version.version,
        heading=describe_start(begins, has_begun=version.state == "in force"),
        message=version.document.message,
        behaviours=tuple(behaviour_line(behaviour, total_weight) for behaviour in version.behaviours),
        goals=tuple(GoalLine(label=goal.label, steps=describe_steps(goal), counts=goal.counts) for goal in version.goals),
        unverified=version.unverified,
        changes=version.changes,
        text=version.text,
        readers=tuple(sorted(readers, key=lambda reader: (bool(reader.confirmed), reader.name.casefold()))),
        confirmed_count=sum(bool(reader.confirmed) for reader in readers),
    )


def _reader(reader: Acknowledgement, playbook: TeamPlaybook) -> ReaderLine:
    return ReaderLine(
        name=natural_name(reader.name) or reader.rep,
        confirmed=_moment(reader.acknowledged_at, playbook) if reader.acknowledged_at is not None else "",
        is_delivered=reader.delivered_at is not None,
    )


def _moment(instant: datetime, playbook: TeamPlaybook) -> str:
    day = long_date(local_day(instant, playbook.timezone), today=playbook.today)
    return gettext("{day} at {time}").format(day=day, time=clock_time(instant, playbook.timezone))


NOTICES: Mapping[str, str] = {
    "version": marked("Published. The reps get the announcement in their working hours."),
    "wording": marked("The wording is updated. The rules are the same, so nobody is notified."),
    "nothing": marked("Nothing is different from what is published already, so nothing was changed."),
}
"""What the page says after the form, by what became of it."""


def begins_default(playbook: TeamPlaybook, monday: date) -> date:
    """The date of a new version: that of the last one if it is still to come, otherwise the next Monday."""
    last = playbook.versions[-1].effective_from if playbook.versions else playbook.today
    return last if last > playbook.today else monday
