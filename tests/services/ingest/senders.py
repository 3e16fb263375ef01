"""Every sender that the door knows: its source, how it signs, and bodies as it sends them, written by hand in its shape.

`payloads/<sender>/<story>-<n>` are the pieces of one activity in their real order; `payloads/golden.json` has what each of
them says.
"""

import base64
import hmac
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from services.ingest.app import ADAPTERS
from services.ingest.domain.adapter import Adapter
from services.ingest.domain.webhook import RawWebhook, Source, VerifiedWebhook
from tests.running_daymark import ROOT

PAYLOADS: Final = Path(__file__).parent / "payloads"
NOW: Final = datetime(2026, 1, 15, 9, tzinfo=UTC)
URL: Final = "https://hooks.example.com/webhooks/hubspot"
SECRET: Final = "canary-secret-b9260244"
ROTATED: Final = "canary-secret-next-00"
EXAMPLES: Final = ("dataverse", "freshsales", "odoo", "copper", "aircall", "zapier")

Sign = Callable[[bytes, str, Source, datetime], RawWebhook]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sender:
    """`sign` makes what the sender would post of a body with a secret at a time."""

    name: str
    source: Source
    sign: Sign

    @property
    def adapter(self) -> Adapter:
        return ADAPTERS[self.source.kind]

    def post(self, body: bytes, *, secret: str = SECRET, at: datetime = NOW) -> RawWebhook:
        return self.sign(body, secret, self.source, at)

    def verified(self, body: bytes, *, at: datetime = NOW) -> VerifiedWebhook:
        """What the door makes of it when it comes at this time."""
        return self.adapter.verify(self.post(body, at=at), self.source, now=at)

    def payload(self, name: str) -> bytes:
        """A body of `payloads/`, with the secret where the sender puts it in."""
        path = next((PAYLOADS / self.name).glob(f"{name}.*"))
        return path.read_bytes().replace(b"canary-token", SECRET.encode())

    def stories(self) -> dict[str, list[bytes]]:
        """The pieces of each activity, in their real order."""
        found: dict[str, list[bytes]] = {}
        for path in sorted((PAYLOADS / self.name).iterdir()):
            story, _, number = path.stem.rpartition("-")
            if number.isdigit():
                found.setdefault(story, []).append(self.payload(path.stem))
        return found


def _seconds(at: datetime) -> str:
    return str(int(at.timestamp()))


def _hex(key: bytes, signed: bytes, digest: str = "sha256") -> str:
    return hmac.new(key, signed, digest).hexdigest()


def _hubspot(body: bytes, secret: str, source: Source, at: datetime) -> RawWebhook:
    ms = f"{_seconds(at)}000"
    digest = hmac.digest(secret.encode(), b"POST" + source.public_url.encode() + body + ms.encode(), "sha256")
    signature = base64.b64encode(digest).decode()
    return RawWebhook(headers={"x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": ms}, body=body)


def _close(body: bytes, secret: str, _: Source, at: datetime) -> RawWebhook:
    digest = _hex(secret.encode(), _seconds(at).encode() + body)
    return RawWebhook(headers={"close-sig-hash": digest, "close-sig-timestamp": _seconds(at)}, body=body)


def _standard(body: bytes, secret: str, _: Source, at: datetime) -> RawWebhook:
    digest = hmac.digest(secret.encode(), f"m1.{_seconds(at)}.".encode() + body, "sha256")
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return RawWebhook(
        headers={"webhook-id": "m1", "webhook-timestamp": _seconds(at), "webhook-signature": signature}, body=body
    )


def _pipedrive(body: bytes, secret: str, _: Source, __: datetime) -> RawWebhook:
    return RawWebhook(headers={"authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"}, body=body)


def _zoho(body: bytes, secret: str, _: Source, __: datetime) -> RawWebhook:
    return RawWebhook(headers={}, body=body.replace(SECRET.encode(), secret.encode()))


def _salesforce(body: bytes, secret: str, _: Source, __: datetime) -> RawWebhook:
    return RawWebhook(headers={}, query={"key": secret}, body=body)


def _cloudevents(body: bytes, secret: str, _: Source, __: datetime) -> RawWebhook:
    headers = {"authorization": f"Bearer {secret}", "content-type": "application/cloudevents-batch+json"}
    return RawWebhook(headers=headers, body=body)


def _attio(body: bytes, secret: str, _: Source, __: datetime) -> RawWebhook:
    return RawWebhook(headers={"attio-signature": _hex(secret.encode(), body)}, body=body)


def _calendly(body: bytes, secret: str, _: Source, at: datetime) -> RawWebhook:
    digest = _hex(secret.encode(), f"{_seconds(at)}.".encode() + body)
    return RawWebhook(headers={"calendly-webhook-signature": f"t={_seconds(at)},v1={digest}"}, body=body)


def _twenty(body: bytes, secret: str, _: Source, at: datetime) -> RawWebhook:
    ms = f"{_seconds(at)}000"
    digest = _hex(secret.encode(), f"{ms}:".encode() + body)
    return RawWebhook(headers={"x-twenty-webhook-timestamp": ms, "x-twenty-webhook-signature": digest}, body=body)


def _espocrm(body: bytes, secret: str, _: Source, __: datetime) -> RawWebhook:
    entity = "Opportunity" if b"6531deal" in body else "Lead" if b"6531lead" in body else "Call"
    event = f"{entity}.create" if b"createdAt" in body else f"{entity}.update"
    signature = base64.b64encode(f"65f0aa:{_hex(secret.encode(), body)}".encode()).decode()
    return RawWebhook(headers={"signature": signature}, query={"event": event}, body=body)


def _salesloft(body: bytes, secret: str, _: Source, __: datetime) -> RawWebhook:
    signature = _hex(secret.encode(), body, "sha1")
    return RawWebhook(headers={"x-salesloft-signature": signature, "x-salesloft-event": "task_updated"}, body=body)


def _outreach(body: bytes, secret: str, _: Source, __: datetime) -> RawWebhook:
    return RawWebhook(headers={"outreach-webhook-signature": _hex(secret.encode(), body)}, body=body)


def _shared_secret(body: bytes, secret: str, source: Source, __: datetime) -> RawWebhook:
    place, _, name = source.secret_in.partition(":")
    if place == "header":
        return RawWebhook(headers={name.lower(): secret}, body=body)
    if place == "query":
        return RawWebhook(headers={}, query={name: secret}, body=body)
    return RawWebhook(headers={}, body=body.replace(SECRET.encode(), secret.encode()))


def section_on(page: Path) -> dict[str, Any] | None:
    """The table of the source that a page of `docs/` shows, as it stands there; None where it shows none."""
    _, heading, after = page.read_text(encoding="utf-8").partition("## In daymark.toml\n")
    if not heading:
        return None
    lines = after.partition("\n## ")[0].splitlines()
    table = tomllib.loads("\n".join(line[4:] for line in lines if line.startswith("    ")))
    ((_, section),) = table["sources"].items()
    return dict(section)


def example(name: str) -> Source:
    """The source that a page of `docs/` shows."""
    section = section_on(ROOT / "docs" / f"{name}.md") or {}
    return _source(name, **{key: value for key, value in section.items() if key != "secrets"})


def _source(name: str, *, kind: str, **settings: Any) -> Source:
    return Source(name=name, kind=kind, secrets=(SECRET.encode(), ROTATED.encode()), **settings)


_KINDS: Final[Mapping[str, tuple[Sign, dict[str, Any]]]] = {
    "hubspot": (_hubspot, {"public_url": URL}),
    "salesforce": (_salesforce, {"account": "00D000000000001AAA"}),
    "pipedrive": (_pipedrive, {"kinds": {"site_visit": "meeting"}}),
    "close": (_close, {}),
    "zoho": (_zoho, {"account": "acme"}),
    "standard": (_standard, {}),
    "cloudevents": (_cloudevents, {}),
    "attio": (_attio, {}),
    "calendly": (_calendly, {}),
    "twenty": (_twenty, {"kinds": {"CUSTOMER": "deal_won"}}),
    "espocrm": (_espocrm, {"kinds": {"Closed Won": "deal_won"}}),
    "salesloft": (_salesloft, {}),
    "outreach": (_outreach, {"kinds": {"12": "deal_won"}}),
}
SENDERS: Final = tuple(
    Sender(name=kind, source=_source(kind, kind=kind, **settings), sign=sign) for kind, (sign, settings) in _KINDS.items()
) + tuple(Sender(name=name, source=example(name), sign=_shared_secret) for name in EXAMPLES)
BY_NAME: Final = {sender.name: sender for sender in SENDERS}
