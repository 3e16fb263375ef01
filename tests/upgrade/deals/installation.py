"""The installation with deals: its sources, its team, and how its senders post."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import httpx

from deploy.demo.crm import Record
from deploy.demo.sender import make_request

Body = dict[str, Any]

SECRETS: Final = {
    "acme": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "hub": "signs only in the recording of deals",
    "pipe": "recording:opens-only-in-the-recording",
    "force": "opens-only-in-the-recording-of-deals",
    "zap": "opens only in the recording of deals",
}
ORGANIZATION: Final = "00D000000000001AAA"
_KINDS: Final = {"acme": "standard", "hub": "hubspot", "pipe": "pipedrive", "force": "salesforce", "zap": "shared-secret"}
_SETTINGS: Final = {
    "pipe": '[sources.pipe.kinds]\n"7" = "proposal_sent"\n',
    "force": f'account = "{ORGANIZATION}"\n[sources.force.kinds]\nProposal = "proposal_sent"\n',
    "zap": (
        'secret_in = "header:X-Daymark-Secret"\n[sources.zap.fields]\nactivity_id = "id"\nkind = "type"\n'
        'actor = "owner"\nstarted_at = "_.received_at"\nstage = "stage"\n'
    ),
}


def _identities(user: str) -> str:
    return ", ".join(f'{{source: {source}, user: "{user}"}}' for source in _KINDS)


ROSTER: Final = f"""\
teams:
  - id: deals
    name: Deals
    managers: [{{id: mara, name: Mara Lind, timezone: Europe/Madrid}}]
    reps:
      - {{id: ana, name: Ana Ruiz, timezone: Europe/Madrid, country: ES, identities: [{_identities("7001")}]}}
      - {{id: bruno, name: Bruno Vidal, timezone: Europe/Madrid, country: ES, identities: [{_identities("7002")}]}}
"""
PLAYBOOK: Final = """\
team: deals
effective_from: 2026-03-01
behaviours:
  - {key: proposals, label: Proposals, counts: {kinds: [proposal_sent]}, target: 2, weight: 30}
  - {key: moves, label: Stage moves, counts: {kinds: [deal_stage_changed]}, target: 2, weight: 20}
  - {key: wins, label: Wins, counts: {kinds: [deal_won]}, target: 1, weight: 30}
  - {key: losses, label: Losses, counts: {kinds: [deal_lost]}, target: 1, weight: 1}
  - {key: meetings, label: Meetings, counts: {kinds: [meeting], outcomes: [held]}, target: 1, weight: 19}
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """A webhook that a sender posts at a time."""

    at: datetime
    source: str
    body: Body | Sequence[Body] | str


def configuration(folder: Path) -> str:
    """The daymark.toml: stepped time, free ports, and the sources with their secrets in `folder`."""
    sources = "".join(
        f'[sources.{name}]\nkind = "{kind}"\nsecrets = ["file:{folder / name}"]\n{_SETTINGS.get(name, "")}\n'
        for name, kind in _KINDS.items()
    )
    ports = "[ingest]\nport = 0\nprobes_port = 0\n[scoring]\nport = 0\n[nudges]\nport = 0\nprobes_port = 0\n"
    return f'[clock]\nmode = "stepped"\n\n{ports}\n{sources}\n[channels.file]\npath = "{folder.parent / "nudges.ndjson"}"\n'


async def post_all(client: httpx.AsyncClient, ingest_url: str, posts: Sequence[Post]) -> None:
    """Post them one after another, each at its own time, by the sender's own rules."""
    for number, post in enumerate(posts):
        headers, body = _request(post, number=number)
        key = f"?key={SECRETS['force']}" if post.source == "force" else ""
        response = await client.post(f"{ingest_url}/webhooks/{post.source}{key}", headers=headers, content=body)
        assert response.status_code == httpx.codes.OK, (post, response.status_code, response.text)


def _request(post: Post, *, number: int) -> tuple[Mapping[str, str], bytes]:
    secret = SECRETS[post.source]
    if post.source == "acme":
        number += int(post.at.timestamp())
        record = Record(at=post.at, number=number, source="acme", body=json.dumps(post.body).encode())
        return make_request(record, secret=secret, now=post.at)
    body = post.body.encode() if isinstance(post.body, str) else json.dumps(post.body).encode()
    if post.source == "hub":
        return {"x-hubspot-signature": hashlib.sha256(secret.encode() + body).hexdigest()}, body
    if post.source == "pipe":
        return {"authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"}, body
    return ({"x-daymark-secret": secret} if post.source == "zap" else {"content-type": "text/xml"}), body
