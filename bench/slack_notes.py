"""`python -m bench.slack_notes`: the time from a note that a manager sends in Slack to its arrival at the rep, also in Slack.

Nudges runs as a process of its own on real servers, with somebody who answers for scoring and a stand-in of Slack. The time
begins when Slack would post the click, and ends when the stand-in has accepted the message to the rep.
"""

import argparse
import asyncio
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import asyncpg
import httpx
from nats.aio.msg import Msg

from bench.machine import describe_machine
from deploy.database import DATABASE
from deploy.local.servers.ports import find_free_ports
from services.nudges.context.load_team_context import load_managed_team
from services.nudges.domain.candidate import RECOGNITION_RULE
from shared.clock import SystemClock, monotonic_s
from shared.events import Manager, ManagerId, NudgeId, NudgeKind, PersonId, PossibleThanks, Rep, RepId, TeamId
from shared.jetstream.client import LeanClient
from shared.jetstream.publisher import Publisher
from shared.jetstream.streams import NUDGES_CONSUMER, SCORES, backlog
from shared.reach import SLACK, ContactPoint
from shared.requests.endpoint import Envelope, Schema
from shared.requests.people import (
    PERSON_CONTACTS,
    PERSON_TODAY,
    ContactList,
    ContactQuery,
    RosteredPerson,
    RosterExcerpt,
)
from tests.backends import running_servers
from tests.faults.nudges.day_reports import find_timezone_at_noon, make_day_reports
from tests.faults.nudges.ledger import SCHEMA
from tests.faults.nudges.replicas import Replica, provisioned, servers_settings
from tests.services.nudges.builders.managed_teams import lead
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.slack.requests import SECRET, body_of, press_thanks, signed_headers
from tests.slack import TOKEN, Json, slack_stand_in

_MANAGER: Final = Manager(id=ManagerId(PersonId("mara")), name="Mara Lind", timezone="Europe/Madrid")
_MANAGERS_USER: Final = "U00000MARA"
_LAST_NOTE_TIMEOUT_S: Final = 60.0
_QUIET_TIMEOUT_S: Final = 120.0
_FIRST_AT_WORK: Final = 4
"""Of ten reps whose days are reported, the first four are special cases."""
_IS_BUSY: Final = "SELECT EXISTS (SELECT FROM delivery WHERE state IN ('queued', 'sending')) OR EXISTS (SELECT FROM outbox)"
_SETTINGS: Final = """\
[experiments]
holdout = 0.0
[channels.slack]
token = "file:{folder}/token"
signing_secret = "file:{folder}/signing-secret"
base_url = "{base_url}"
"""


@dataclass(kw_only=True)
class Arrivals:
    """When each rep's note was sent and when it arrived, in seconds of this machine's monotonic clock, by the rep's Slack user.
    `last` is set when all that are `expected` have arrived."""

    sent_s: dict[str, float] = field(default_factory=dict)
    arrived_s: dict[str, float] = field(default_factory=dict)
    expected: int = 0
    last: asyncio.Event = field(default_factory=asyncio.Event)

    def accept(self, message: Json) -> None:
        user = f"U{message['channel'].removeprefix('D')}"
        if user in self.sent_s and _MANAGER.name in message["text"]:
            self.arrived_s[user] = monotonic_s()
            if len(self.arrived_s) == self.expected:
                self.last.set()


async def run(folder: Path, *, notes: int, notes_per_s: float) -> tuple[list[float], int]:
    """The seconds that each note took, and for how many reps recognition is due no longer."""
    arrivals = Arrivals()
    async with running_servers() as servers, slack_stand_in() as slack, provisioned(servers) as nats:
        (folder / "token").write_text(TOKEN)
        (folder / "signing-secret").write_text(SECRET)
        settings = _SETTINGS.format(base_url=slack.base_url, folder=folder)
        (folder / "daymark.toml").write_text(servers_settings(servers) + settings)
        ports = find_free_ports(2)
        replica = Replica(folder / "nudges.log", ports)
        schema = {"search_path": SCHEMA}
        try:
            await replica.start(folder)
            async with asyncpg.create_pool(servers.admin_url, database=DATABASE, server_settings=schema, min_size=1) as pool:
                reps = await _report_days(nats, count=notes)
                slack.users = (_MANAGERS_USER, *(_user_of(rep.id) for rep in reps))
                slack.on_message = arrivals.accept
                await _answer_for_scoring(nats, reps)
                await _until_quiet(nats, pool)
                await _remind(pool, reps)
                await _send_notes(f"http://127.0.0.1:{ports[0]}", reps, arrivals, notes_per_s=notes_per_s)
                async with asyncio.timeout(_LAST_NOTE_TIMEOUT_S):
                    await arrivals.last.wait()
                recognised = await _count_recognised(pool)
        finally:
            await replica.stop()
    return [arrived_s - arrivals.sent_s[user] for user, arrived_s in arrivals.arrived_s.items()], recognised


async def _report_days(nats: LeanClient, *, count: int) -> list[Rep]:
    """Report a working day of each of so many reps."""
    reps: list[Rep] = []
    async with Publisher(nats) as publisher:
        for number in range(2 * count):
            if len(reps) < count and number % 10 >= _FIRST_AT_WORK:
                rep_id, messages = make_day_reports(number, now=SystemClock().now())
                await publisher.store_all(messages)
                reps.append(Rep(id=rep_id, name=f"Rep {number}"))
    return reps


async def _answer_for_scoring(nats: LeanClient, reps: Sequence[Rep]) -> None:
    """The manager leads every rep, and each of them is reached in Slack."""
    teams = tuple(TeamId(rep.id.replace("rep", "team")) for rep in reps)
    manager = RosteredPerson(id=_MANAGER.id, name=_MANAGER.name, manages=teams)
    people = [RosteredPerson(id=rep.id, name=rep.name, team=team) for rep, team in zip(reps, teams, strict=True)]
    excerpt = RosterExcerpt(people=(manager, *people))

    async def answer_contacts(request: Msg) -> None:
        person = ContactQuery.model_validate_json(request.data).person
        user = _MANAGERS_USER if person == _MANAGER.id else _user_of(person)
        await _respond(request, ContactList(contacts=(ContactPoint(transport=SLACK.name, address=user),)))

    async def answer_today(request: Msg) -> None:
        await _respond(request, excerpt)

    await nats.subscribe(PERSON_CONTACTS.subject, cb=answer_contacts)
    await nats.subscribe(PERSON_TODAY.subject, cb=answer_today)


async def _respond(request: Msg, reply: Schema) -> None:
    await request.respond(Envelope(ok=True, data=reply.model_dump(mode="json")).model_dump_json().encode())


async def _until_quiet(nats: LeanClient, pool: asyncpg.Pool) -> None:
    """What the days themselves lead to has been sent."""
    async with asyncio.timeout(_QUIET_TIMEOUT_S):
        while await backlog(nats, SCORES, NUDGES_CONSUMER) or await pool.fetchval(_IS_BUSY):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)


async def _remind(pool: asyncpg.Pool, reps: Sequence[Rep]) -> None:
    """The manager leads every rep, and has been reminded of each."""
    now = SystemClock().now()
    timezone = find_timezone_at_noon(now)
    today = now.astimezone(ZoneInfo(timezone)).date()
    for rep in reps:
        await lead(pool, rep, manager=_MANAGER, name=_MANAGER.name, timezone=timezone, newest_day=today)
        due = make_nudge(
            _reminder_of(rep.id),
            person=_MANAGER,
            send_at=now,
            kind=NudgeKind.RECOGNITION,
            rule=RECOGNITION_RULE,
            occasion=f"{rep.id}:{today}",
            day=today,
            thanks=(PossibleThanks(rep=rep, nudge_id=_reminder_of(rep.id)),),
        )
        await Rows(pool).add_nudge(due, timezone=timezone)


async def _send_notes(url: str, reps: Sequence[Rep], arrivals: Arrivals, *, notes_per_s: float) -> None:
    """The manager writes to each rep, at fixed times."""
    arrivals.expected = len(reps)

    async def press(client: httpx.AsyncClient, rep: Rep, due_s: float) -> None:
        body = body_of(press_thanks(f"Well done, {rep.name}!", nudge_id=_reminder_of(rep.id), user=_MANAGERS_USER))
        await asyncio.sleep(max(due_s - monotonic_s(), 0))
        arrivals.sent_s[_user_of(rep.id)] = monotonic_s()
        response = await client.post(f"{url}/slack/interactivity", content=body, headers=_signed(body))
        response.raise_for_status()

    started_s = monotonic_s()
    async with httpx.AsyncClient(trust_env=False, timeout=_LAST_NOTE_TIMEOUT_S) as client, asyncio.TaskGroup() as presses:
        for place, rep in enumerate(reps):
            presses.create_task(press(client, rep, started_s + place / notes_per_s))


def _signed(body: bytes) -> dict[str, str]:
    return signed_headers(body, now=SystemClock().now())


async def _count_recognised(pool: asyncpg.Pool) -> int:
    """For how many reps the manager's rules know of recognition today."""
    async with pool.acquire() as connection:
        managed = await load_managed_team(connection, _MANAGER.id, now=SystemClock().now())
    assert managed is not None
    return sum(member.recognised_on == managed.context.today for member in managed.context.members)


def _user_of(person_id: PersonId) -> str:
    return f"U0000{person_id.rpartition('-')[2]}"


def _reminder_of(rep_id: RepId) -> NudgeId:
    return NudgeId(f"due-{rep_id}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notes", type=int, default=200)
    parser.add_argument("--rate", type=float, default=5.0, help="notes per second")
    arguments = parser.parse_args()
    print(describe_machine())
    with tempfile.TemporaryDirectory(prefix="daymark-") as folder:
        taken_s, recognised = asyncio.run(run(Path(folder), notes=arguments.notes, notes_per_s=arguments.rate))
    *_, p95_s = statistics.quantiles(taken_s, n=20)
    print(
        f"{len(taken_s)} of {arguments.notes} notes at {arguments.rate:g} a second reached their reps: "
        f"p50 {statistics.median(taken_s) * 1e3:.0f} ms, p95 {p95_s * 1e3:.0f} ms, at most {max(taken_s) * 1e3:.0f} ms; "
        f"recognition is due no longer for {recognised} reps"
    )


if __name__ == "__main__":
    main()
