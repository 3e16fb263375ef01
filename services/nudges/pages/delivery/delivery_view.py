"""What the page of delivery says of each person and channel."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from services.nudges.deliver.channels.personal import PersonalChannel
from services.nudges.domain.phrases import capitalized, natural_name
from services.nudges.pages.delivery.undelivered import Undelivered, Waiting
from services.nudges.pages.people.people_view import describe_instant
from shared.events import NudgeId, PersonId, TeamId
from shared.reach import transport_name
from shared.requests.nudges import ChannelList, ChannelRow
from shared.requests.people import PersonRow, WayList, WayRow
from shared.requests.roster.person_status import PersonStatus, problem_of, states_by_person, status_of_people

LISTED_MAX: Final = 100
"""Of a larger roster only those are listed who need something, or who are searched for."""
_PAGE: Final = "inbox"
"""The channel that is a page, and can neither fail nor wait."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WayLine:
    """One way to a person. `state` is ok, failing, new (never tried) or missing (not configured)."""

    transport: str
    state: str
    reached: str
    failing_since: str
    error: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonLine:
    """`team` is the first of theirs. `problem` says why no message reaches them at all."""

    id: PersonId
    name: str
    team: TeamId
    problem: str
    ways: tuple[WayLine, ...]
    waiting: int
    waiting_since: str
    can_test: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class UndeliveredLine:
    nudge_id: NudgeId
    name: str
    queued: str
    error: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelLine:
    """A room, or another receiver that is no person."""

    name: str
    state: str
    since: str
    error: str
    waiting: int
    given_up: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryView:
    """The whole page. `people_count` is that of the roster; of a large one not everybody is among the `people`."""

    people: tuple[PersonLine, ...]
    people_count: int
    is_large: bool
    has_personal: bool
    undelivered: tuple[UndeliveredLine, ...]
    channels: tuple[ChannelLine, ...]


def make_delivery(
    rows: Sequence[PersonRow],
    ways: WayList,
    channels: ChannelList,
    *,
    waiting: Mapping[PersonId, Waiting],
    undelivered: Sequence[Undelivered],
    searched: str,
    about: str,
    now: datetime,
) -> DeliveryView:
    """People by name, those first whom no message reaches. `searched` is a part of a name or an id, and `about` is the id of
    somebody whom a button concerned."""
    listed = _listed(rows, ways, waiting, searched=searched.casefold(), about=about)
    lines = [_person(status, ways, waiting.get(status.person), now=now) for status in status_of_people(listed, ways)]
    unreached = {message.person_id for message in undelivered}
    names = {row.person: natural_name(row.name) for row in rows if row.person in unreached}
    return DeliveryView(
        people=tuple(sorted(lines, key=lambda line: (not line.problem, line.name.casefold()))),
        people_count=len(rows),
        is_large=len(rows) > LISTED_MAX,
        has_personal=bool(ways.configured),
        undelivered=tuple(
            _undelivered(each, names[each.person_id], now=now) for each in undelivered if each.person_id in names
        ),
        channels=tuple(_channel(row, now=now) for row in channels.channels if _is_listed(row)),
    )


def _listed(
    people: Sequence[PersonRow], ways: WayList, waiting: Mapping[PersonId, Waiting], *, searched: str, about: str
) -> Sequence[PersonRow]:
    """Of a large roster those who are searched for, or else those who need something, and whoever a button concerned."""
    if searched:
        matches = [person for person in people if searched in f"{natural_name(person.name)}\n{person.person}".casefold()]
        return matches[:LISTED_MAX]
    if len(people) <= LISTED_MAX:
        return people
    shown = {*islice(_urgent(people, ways, waiting), LISTED_MAX), about}
    return [person for person in people if person.person in shown]


def _urgent(people: Sequence[PersonRow], ways: WayList, waiting: Mapping[PersonId, Waiting]) -> Iterator[PersonId]:
    """Those whom no message reaches, or for whom one waits."""
    states = states_by_person(ways)
    for person in people:
        if person.person in waiting or problem_of(person, states.get(person.person, ()), ways.configured):
            yield person.person


def _person(status: PersonStatus, ways: WayList, waiting: Waiting | None, *, now: datetime) -> PersonLine:
    states = {state.transport: state for state in status.states}
    return PersonLine(
        id=status.person,
        name=natural_name(status.name),
        team=status.teams[0],
        problem=status.problem,
        ways=tuple(
            _way(transport, states.get(transport), is_configured=transport in ways.configured, now=now)
            for transport in dict.fromkeys(status.ways)
        ),
        waiting=waiting.messages if waiting is not None else 0,
        waiting_since=describe_instant(waiting.since, now=now) if waiting is not None else "",
        can_test=any(transport in ways.configured for transport in status.ways),
    )


def _way(transport: str, state: WayRow | None, *, is_configured: bool, now: datetime) -> WayLine:
    reached = state.last_delivered_at if state is not None else None
    failing = state.failing_since if state is not None and state.failures else None
    return WayLine(
        transport=capitalized(transport_name(transport)),
        state="missing" if not is_configured else "failing" if failing is not None else "ok" if reached is not None else "new",
        reached=describe_instant(reached, now=now) if reached is not None else "",
        failing_since=describe_instant(failing, now=now) if failing is not None else "",
        error=state.last_error if state is not None else "",
    )


def _undelivered(message: Undelivered, name: str, *, now: datetime) -> UndeliveredLine:
    return UndeliveredLine(
        nudge_id=message.nudge_id,
        name=name,
        queued=describe_instant(message.queued_at, now=now),
        error=message.last_error,
    )


def _is_listed(row: ChannelRow) -> bool:
    """The states of the channel to individuals are those of people, as long as it works at all."""
    return row.name != _PAGE and (row.name != PersonalChannel.name or row.state != "ok")


def _channel(row: ChannelRow, *, now: datetime) -> ChannelLine:
    return ChannelLine(
        name=row.name,
        state=row.state,
        since=describe_instant(row.since, now=now) if row.since is not None else "",
        error=row.last_error,
        waiting=row.waiting,
        given_up=row.given_up,
    )
