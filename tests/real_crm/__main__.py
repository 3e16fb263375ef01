"""Push calls, meetings, a deal and a task of a real BottleCRM through Daymark, and check what counts: `make real-crm`.

The CRM is the released one, in an environment of its own. People use its API, its own worker sends the webhooks, and Daymark
reads them by the configuration that stands in docs/bottlecrm.md. All of it runs in a network namespace of its own, in which
Daymark has a public address, because BottleCRM sends to no other.
"""

import argparse
import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from deploy.output import echo, echo_block
from tests.real_crm.bottlecrm import BottleCrm, Delivery, install, running_bottlecrm, trust
from tests.real_crm.public_address import ADDRESS, make_certificate, serving_tls, set_up_network
from tests.running_daymark import ROOT, RunningDaymark, running_daymark

_SOURCE: Final = "acme-bottlecrm"
_ENVIRONMENT: Final = ROOT / "build" / "real-crm"
_INSIDE: Final = "--inside"
_EVENTS: Final = (
    "interaction.created",
    *(f"deal.{change}" for change in ("created", "updated", "deleted", "won", "lost")),
    *(f"task.{change}" for change in ("created", "updated", "deleted")),
)
"""Those that docs/bottlecrm.md says to choose."""

_PLAYBOOK: Final = """\
team: acme
effective_from: 2026-01-01
behaviours:
  - {key: conversations, label: Conversations, counts: {kinds: [call], outcomes: [connected]}, target: 1, weight: 20}
  - {key: meetings, label: Meetings, counts: {kinds: [meeting], outcomes: [held]}, target: 1, weight: 20}
  - {key: emails, label: E-mails, counts: {kinds: [email], outcomes: [sent]}, target: 0, weight: 1}
  - {key: tasks, label: Tasks, counts: {kinds: [task], outcomes: [completed]}, target: 0, weight: 1}
  - {key: moves, label: Stage moves, counts: {kinds: [deal_stage_changed]}, target: 2, weight: 20}
  - {key: proposals, label: Proposals, counts: {kinds: [proposal_sent]}, target: 1, weight: 20}
  - {key: wins, label: Wins, counts: {kinds: [deal_won], min_amount: "1000"}, target: 1, weight: 20}
"""
_EXPECTED: Final = {
    "ana": {"conversations": 1, "meetings": 1, "tasks": 1, "moves": 2, "proposals": 1, "wins": 1},
    "ben": {"emails": 1},
}


async def push_everything(folder: Path) -> None:
    """Run the CRM and Daymark in the folder."""
    certificate, key = make_certificate(folder)
    trust(_ENVIRONMENT, certificate)
    async with running_bottlecrm(_ENVIRONMENT, folder / "crm") as crm:
        endpoint = {"url": f"https://{ADDRESS}/webhooks/{_SOURCE}", "events": _EVENTS, "format": "json"}
        os.environ["ACME_BOTTLECRM_SECRET"] = (await crm.call("ana", "POST", "webhooks", endpoint))["secret"]
        async with running_daymark(folder / "daymark", _configuration()) as daymark:
            await _apply_definitions(daymark, crm)
            port = int(daymark.urls.ingest.rpartition(":")[2])
            await _write_mail(crm)  # while Daymark cannot be reached: BottleCRM tries again after a minute
            await crm.wait_until_tried()
            async with serving_tls(certificate, key, port=port):
                await _work(crm)
                deliveries = await crm.wait_until_delivered()
                await daymark.wait_until_scored()
            await _check(daymark, deliveries)


def _configuration() -> str:
    """The part of docs/bottlecrm.md that goes into daymark.toml, as it stands there."""
    page = (ROOT / "docs" / "bottlecrm.md").read_text()
    section = page.partition("## In daymark.toml\n")[2].partition("\nIn the roster")[0]
    ports = "[ingest]\nport = 0\nprobes_port = 0\n\n[scoring]\nport = 0\n\n[nudges]\nport = 0\nprobes_port = 0\n"
    return ports + re.sub(r"^    ", "", section, flags=re.MULTILINE)


async def _apply_definitions(daymark: RunningDaymark, crm: BottleCrm) -> None:
    reps = "".join(
        f'      - {{id: {name}, name: {name.title()}, timezone: UTC, identities: [{{source: {_SOURCE}, user: "{profile}"}}]}}\n'
        for name, profile in ((name, person.profile) for name, person in crm.people.items())
    )
    roster = f"teams:\n  - id: acme\n    name: Acme\n    managers: [{{id: mara, name: Mara}}]\n    reps:\n{reps}"
    for name, text in (("roster", roster), ("playbook", _PLAYBOOK)):
        path = daymark.folder / f"{name}.yaml"
        path.write_text(text)
        await daymark.command(name, "apply", str(path))


async def _write_mail(crm: BottleCrm) -> None:
    """Ben writes a mail to an account of his."""
    account_id = (await crm.call("ben", "POST", "accounts", {"name": "Chairs and Co."}))["id"]
    await crm.call("ben", "POST", "interactions", {"kind": "email", "account": account_id})


async def _work(crm: BottleCrm) -> None:
    """Ana calls twice, meets, wins a deal, and does a task."""
    ana = crm.people["ana"].profile
    deal = {"name": "Two hundred chairs", "stage": "PROSPECTING", "amount": "1200.00", "currency": "EUR", "assigned_to": [ana]}
    deal_id = (await crm.call("ana", "POST", "opportunities", deal))["id"]
    interactions: tuple[dict[str, object], ...] = (
        {"kind": "call", "outcome": "connected", "duration_seconds": 300},
        {"kind": "call", "outcome": "no_answer"},
        {"kind": "meeting", "duration_seconds": 1_800},
    )
    for interaction in interactions:
        await crm.call("ana", "POST", "interactions", {"opportunity": deal_id, "direction": "outbound"} | interaction)
    for stage in ("PROPOSAL", "NEGOTIATION", "CLOSED_WON"):
        await crm.call("ana", "PATCH", f"opportunities/{deal_id}/move", {"column_id": stage})
    task = {"title": "Send the offer", "status": "New", "priority": "Low", "assigned_to": [ana]}
    await crm.call("ana", "POST", "tasks", task)
    task_id = await crm.database.fetchval("SELECT id::text FROM task")
    await crm.call("ana", "PATCH", f"tasks/{task_id}", {"status": "Completed"})


async def _check(daymark: RunningDaymark, deliveries: Sequence[Delivery]) -> None:
    """Print what was sent and what counts. Fail if anything else counts than what was done."""
    events = Counter(delivery.event for delivery in deliveries)
    echo(f"BottleCRM sent {len(deliveries)} webhooks: {', '.join(f'{count} {event}' for event, count in events.items())}")
    assert [delivery.attempts for delivery in deliveries] == [2] + [1] * (len(deliveries) - 1), deliveries
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    echo_block(await daymark.command("scores", "--from", yesterday.isoformat()))
    counts: dict[str, Counter[str]] = {}
    for day in json.loads(await daymark.command("scores", "--from", yesterday.isoformat(), "--json")):
        counts.setdefault(day["rep"], Counter()).update(day["counts"])
    assert counts == _EXPECTED, counts
    audit = await daymark.command("audit")
    assert "0 differences" in audit, audit
    assert await daymark.command("dead-letters", "list") == "0 dead letters\n"
    echo(f"daymark audit: {audit.strip()}")


def _obstacle(base_python: str) -> str:
    """Why this machine cannot run it; empty if it can."""
    if os.geteuid() != 0:
        return "only root can give Daymark a public address in a network namespace"
    missing = [name for name in ("unshare", "ip", "openssl") if shutil.which(name) is None]
    if missing:
        return f"{' and '.join(missing)} is not installed"
    if subprocess.run(["unshare", "--net", "true"], check=False, capture_output=True).returncode:
        return "no network namespace can be created here"
    return install(_ENVIRONMENT, ROOT / "requirements" / "real-crm.txt", base_python=base_python)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", default="", help="an interpreter that is new enough for the CRM")
    parser.add_argument(_INSIDE, action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        set_up_network()
        with tempfile.TemporaryDirectory(prefix="daymark-") as name:
            Path(name).chmod(0o755)
            asyncio.run(push_everything(Path(name)))
        return
    if obstacle := _obstacle(arguments.python):
        echo(f"make real-crm: skipped, because {obstacle}")
        return
    sys.exit(subprocess.run(["unshare", "--net", sys.executable, "-m", "tests.real_crm", _INSIDE], check=False).returncode)


if __name__ == "__main__":
    main()
