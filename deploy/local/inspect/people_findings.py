"""What the doctor finds out about people: who is not in the roster, who has not received an announcement, which feeds are
silent, and whether nudges get through."""

from collections.abc import AsyncIterator, Sequence
from typing import Final

from nats.aio.client import Client

from deploy.local.inspect.findings import Finding, Verdict, describe_moment, name_some
from deploy.local.inspect.ways import describe_missing_channel
from shared.plurals import count_nouns
from shared.requests.client import NO_QUERY, NoResponder, ask, list_all
from shared.requests.definitions import PLAYBOOK_LIST, PlaybookVersion
from shared.requests.nudges import CHANNEL_LIST, EFFECT_LIST, SILENT_FEEDS, ChannelRow
from shared.requests.people import PERSON_LIST, WAY_LIST, PersonQuery
from shared.requests.roster.person_status import status_of_people
from shared.requests.scores import UNMATCHED_USERS

_EFFECTS_TIMEOUT_S: Final = 600.0


async def examine_people(connection: Client) -> AsyncIterator[Finding]:
    """Unmatched users, announcements, feeds, channels and rules."""
    yield await _examine_unmatched_users(connection)
    for examine in (_examine_playbooks, _examine_feeds, _examine_channels, _examine_reach, _examine_rules):
        async for finding in examine(connection):
            yield finding


async def _examine_unmatched_users(connection: Client) -> Finding:
    try:
        users = (await ask(connection, UNMATCHED_USERS, NO_QUERY)).users
    except NoResponder as missing:
        return Finding(verdict=Verdict.PROBLEM, subject="scoring", text=str(missing))
    if not users:
        return Finding(verdict=Verdict.OK, subject="roster", text="every activity belongs to a rep")
    named = name_some([f"{user.source} {user.user} ({user.activities})" for user in users])
    text = f"activities of users whom no rep has as an identity: {named}; if they are reps, add them to the roster"
    return Finding(verdict=Verdict.NOTE, subject="roster", text=text)


async def _examine_playbooks(connection: Client) -> AsyncIterator[Finding]:
    try:
        versions = (await ask(connection, PLAYBOOK_LIST, NO_QUERY)).versions
    except NoResponder as missing:
        yield Finding(verdict=Verdict.PROBLEM, subject="scoring", text=str(missing))
        return
    if teams := sorted({version.team for version in versions if not version.is_team_in_roster}):
        text = (
            f"the roster lacks {count_nouns(len(teams), 'team')} with a playbook: {name_some(teams)}; until it has them, these"
        )
        text += " playbooks judge nobody. If a name is misspelt, apply the playbook or the roster again under the right one"
        yield Finding(verdict=Verdict.NOTE, subject="playbooks", text=text)
    yield _examine_announcements([version for version in versions if version.is_team_in_roster])


def _examine_announcements(versions: Sequence[PlaybookVersion]) -> Finding:
    """Until a version was announced to a rep, no nudge holds a day against them by it."""
    waiting = [version for version in versions if version.state == "in force" and version.delivered < version.announced]
    if not waiting:
        return Finding(verdict=Verdict.OK, subject="playbooks", text="announced to every rep whom they judge")
    named = name_some(
        [f"{version.announced - version.delivered} of {version.announced} reps of {version.team}" for version in waiting]
    )
    text = f"the version in force has not reached {named}, so nothing is held against them;"
    text += " `daymark playbook announcements` lists them"
    return Finding(verdict=Verdict.NOTE, subject="playbooks", text=text)


async def _examine_feeds(connection: Client) -> AsyncIterator[Finding]:
    try:
        feeds = (await ask(connection, SILENT_FEEDS, NO_QUERY)).feeds
    except NoResponder:
        return  # reported with the channels
    if not feeds:
        yield Finding(verdict=Verdict.OK, subject="feeds", text="no team's feed is silent")
    for feed in feeds:
        subject = f"feed of {feed.name}" + (f" ({feed.behaviour.lower()})" if feed.behaviour else "")
        text = f"silent since {describe_moment(feed.since)}: {feed.because}. Check its sources; until it is back, nudges"
        yield Finding(verdict=Verdict.PROBLEM, subject=subject, text=f"{text} about missed targets are deferred")


async def _examine_channels(connection: Client) -> AsyncIterator[Finding]:
    try:
        channels = (await ask(connection, CHANNEL_LIST, NO_QUERY)).channels
    except NoResponder as missing:
        yield Finding(verdict=Verdict.PROBLEM, subject="nudges", text=str(missing))
        return
    if not channels:
        yield Finding(verdict=Verdict.NOTE, subject="channels", text="none is configured, so nudges reach nobody")
    if channels and (text := describe_missing_channel({channel.name for channel in channels})):
        yield Finding(verdict=Verdict.NOTE, subject="channels", text=f"{text} (docs/channels.md)")
    for channel in channels:
        yield Finding(verdict=_verdict_on(channel), subject=f"channel {channel.name}", text=_describe_channel(channel))


async def _examine_reach(connection: Client) -> AsyncIterator[Finding]:
    """Whom no message reaches, once individuals can be reached at all."""
    try:
        ways = await ask(connection, WAY_LIST, NO_QUERY)
        people = [row async for row in list_all(connection, PERSON_LIST, PersonQuery())] if ways.configured else []
    except NoResponder:
        return  # reported with the channels and the roster
    problems = [person for person in status_of_people(people, ways) if person.problem]
    if problems:
        named = name_some([f"{person.person} ({person.problem})" for person in problems])
        text = f"{count_nouns(len(problems), 'person', 'people')} cannot be reached: {named}; see `daymark people list`"
        yield Finding(verdict=Verdict.NOTE, subject="people", text=text)
    elif people:
        yield Finding(verdict=Verdict.OK, subject="people", text="everybody of the roster can be reached")


async def _examine_rules(connection: Client) -> AsyncIterator[Finding]:
    try:
        effects = (await ask(connection, EFFECT_LIST, NO_QUERY, timeout_s=_EFFECTS_TIMEOUT_S)).rules
    except NoResponder:
        return  # reported with the channels
    for effect in effects:
        if effect.paused_at is not None:
            text = f"paused since {describe_moment(effect.paused_at)}, because its nudges lower the next day's score; see"
            text += f" `daymark effects`, change the rule, then run `daymark rules resume {effect.rule}`"
            yield Finding(verdict=Verdict.PROBLEM, subject=f"rule {effect.rule}", text=text)


def _verdict_on(channel: ChannelRow) -> Verdict:
    if channel.state in {"disabled", "failing"}:
        return Verdict.PROBLEM
    return Verdict.NOTE if channel.state != "ok" or channel.given_up else Verdict.OK


def _describe_channel(channel: ChannelRow) -> str:
    text = "delivering"
    if channel.since is not None:
        text = f"{channel.state} since {describe_moment(channel.since)}: {channel.last_error}"
    if channel.state == "disabled":
        text += f". Set its new address, or run `daymark channels enable {channel.name}` if the receiver is back"
    text += f"; {channel.waiting} waiting" if channel.waiting else ""
    return text + (f"; {channel.given_up} given up in seven days (`daymark nudges --json`)" if channel.given_up else "")
