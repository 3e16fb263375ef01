"""A roster and a playbook of one rep, and the configuration of a Daymark that takes free ports."""

import json
from typing import Final

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


def observe_call(activity_id: str, started_at: str) -> dict[str, object]:
    """An observation of a call of the rep."""
    facts = {"actor": "7", "started_at": started_at}
    return {"activity_id": activity_id, "kind": "call", "observed_at": started_at, "facts": facts}


def history(*, calls: int) -> str:
    """So many calls, one a day over and over through March, as lines for `daymark import`."""
    lines = [json.dumps(observe_call(f"call-{number}", f"2026-03-{1 + number % 27:02}T09:00:00Z")) for number in range(calls)]
    return "\n".join(lines)
