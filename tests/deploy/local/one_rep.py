"""A roster and a playbook of one rep, and the configuration of a Daymark that takes free ports."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from deploy.demo.time_stepper import TimeStepper
from shared.jetstream.client import disconnect
from tests.running_daymark import RunningDaymark, running_daymark

ROSTER: Final = """\
teams:
  - id: north
    name: North
    managers: [{id: mara, name: Mara Lind}]
    reps: [{id: ana, name: Ana Ruiz, timezone: Europe/Madrid, identities: [{source: acme, user: "7"}]}]
"""
PLAYBOOK: Final = """\
team: north
effective_from: 2020-01-01
behaviours: [{key: calls, label: Calls, counts: {kinds: [call]}, target: 2, weight: 1}]
"""
FREE_PORTS: Final = "[ingest]\nport = 0\nprobes_port = 0\n[scoring]\nport = 0\n[nudges]\nport = 0\nprobes_port = 0\n"

MAIL: Final = """
[channels.mail]
host = "127.0.0.1"
port = {port}
security = "none"
sender = "Daymark <daymark@example.com>"
"""
"""By a mail server on a port of this machine."""
ACME: Final = """
[sources.acme]
kind = "shared-secret"
secrets = ["file:{secret}"]
secret_in = "query:key"
[sources.acme.fields]
activity_id = "id"
kind = "type"
observed_at = "at"
actor = "rep"
started_at = "at"
"""
"""A CRM that posts JSON with the secret in a file."""
SUNDAY: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)


@asynccontextmanager
async def running_week(
    folder: Path, settings: str, *, roster: str = ROSTER, until: Sequence[datetime]
) -> AsyncIterator[RunningDaymark]:
    """A Daymark whose time is stepped from a Sunday, on which the roster and the playbook are applied, to the moments after
    it."""
    (folder / "roster.yaml").write_text(roster)
    (folder / "playbook.yaml").write_text(PLAYBOOK)
    stepped = f'{FREE_PORTS}[clock]\nmode = "stepped"\n{settings}'
    async with running_daymark(folder / "d", stepped) as running:
        connection = await running.connect()
        stepper = TimeStepper(connection)
        await stepper.step_to(SUNDAY)
        await running.command("roster", "apply", str(folder / "roster.yaml"))
        await running.command("playbook", "apply", str(folder / "playbook.yaml"))
        for moment in until:
            await stepper.step_to(moment)
        await disconnect(connection)
        yield running


def observe_call(activity_id: str, started_at: str) -> dict[str, object]:
    """An observation of a call of the rep."""
    facts = {"actor": "7", "started_at": started_at}
    return {"activity_id": activity_id, "kind": "call", "observed_at": started_at, "facts": facts}


def history(*, calls: int) -> str:
    """So many calls, one a day over and over through March, as lines for `daymark import`."""
    lines = [json.dumps(observe_call(f"call-{number}", f"2026-03-{1 + number % 27:02}T09:00:00Z")) for number in range(calls)]
    return "\n".join(lines)
