"""A mail server, Slack, a workflow of Teams and a receiver of webhooks, side by side, and what arrives at each."""

import json
import re
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Final

import trustme

from tests.mailbox import Mailbox, receiving_mail
from tests.receiver import Received, Receiver, answer, receiving
from tests.services.nudges.pages.slack.requests import SECRET
from tests.slack import TOKEN, Json, StandIn, slack_stand_in

_ANSWER_URL: Final = re.compile(r"https?://\S+?/answer/[^\s\"<]+")
_CONFIGURATION: Final = """\
[channels.mail]
host = "127.0.0.1"
port = {mail_port}
security = "none"
sender = "daymark@example.com"
[channels.slack]
token = "file:{folder}/slack-token"
signing_secret = "file:{folder}/slack-signing"
base_url = "{slack_url}"
[channels.teams]
url = "file:{folder}/workflow"
allow_networks = ["127.0.0.0/8"]
[channels.personal_webhooks]
secrets = ["file:{folder}/personal-webhooks"]
allow_networks = ["127.0.0.0/8", "::1/128"]
"""


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """One message as it arrived. `url` is where it can be answered; empty if it says none."""

    person: str
    way: str
    nudge_id: str
    url: str


@dataclass(kw_only=True)
class Receivers:
    """`ways` says how each person is reached; a person's address in each is made of their id."""

    ways: Mapping[str, str]
    mailbox: Mailbox
    slack: StandIn
    workflow: Receiver
    webhooks: Receiver
    configuration: str
    receipts: list[Receipt] = field(default_factory=list)

    def address_of(self, person: str) -> str:
        """As it stands in the roster."""
        match self.ways[person]:
            case "slack":
                return slack_user(person)
            case "webhook":
                return f"https://localhost:{self.webhooks.port}/{person}"
            case _:
                return f"{person}@example.com"

    def accept_mail(self, message: EmailMessage) -> None:
        person = message["To"].addresses[0].username
        body = message.get_body(("plain",))
        assert body is not None
        self._note(person, "mail", message["X-Daymark-Nudge"], body.get_content())

    def accept_in_slack(self, message: Json) -> None:
        (person,) = [name for name in self.ways if message["channel"] == f"D{slack_user(name)[1:]}"]
        self._note(person, "slack", message["metadata"]["event_payload"]["nudge_id"], json.dumps(message["blocks"]))

    def accept_in_teams(self, request: Received) -> bytes:
        payload = json.loads(request.body)
        person = payload["recipient"].partition("@")[0]
        self._note(person, "teams", payload["id"].partition(".")[0], json.dumps(payload["attachments"]))
        return answer(202)

    def accept_webhook(self, request: Received) -> bytes:
        nudge = json.loads(request.body)
        self._note(nudge["person"]["id"], "webhook", nudge["id"], nudge["url"])
        return answer(204)

    def _note(self, person: str, way: str, nudge_id: str, text: str) -> None:
        url = next(iter(_ANSWER_URL.findall(text)), "")
        self.receipts.append(Receipt(person=person, way=way, nudge_id=nudge_id, url=url))


def slack_user(person: str) -> str:
    return f"U0{person.upper():0<8}"


@asynccontextmanager
async def receivers(folder: Path, ways: Mapping[str, str]) -> AsyncIterator[Receivers]:
    """Serve all four on this machine. Whoever sends the webhooks must trust the authority in `folder`/authority.pem."""
    folder.mkdir(parents=True, exist_ok=True)
    authority, tls = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.cert_pem.write_to_path(folder / "authority.pem")
    authority.issue_cert("localhost").configure_cert(tls)
    async with receiving_mail() as mailbox, slack_stand_in() as slack, receiving() as workflow, receiving(tls) as webhooks:
        (folder / "slack-token").write_text(TOKEN)
        (folder / "slack-signing").write_text(SECRET)
        (folder / "workflow").write_text(workflow.url)
        (folder / "personal-webhooks").write_text("a secret of sixteen characters")
        all_of_them = Receivers(
            ways=ways,
            mailbox=mailbox,
            slack=slack,
            workflow=workflow,
            webhooks=webhooks,
            configuration=_CONFIGURATION.format(folder=folder, mail_port=mailbox.port, slack_url=slack.base_url),
        )
        slack.users = tuple(slack_user(person) for person, way in ways.items() if way == "slack")
        mailbox.on_message, slack.on_message = all_of_them.accept_mail, all_of_them.accept_in_slack
        workflow.behave, webhooks.behave = all_of_them.accept_in_teams, all_of_them.accept_webhook
        yield all_of_them


def reached_by(receipts: Sequence[Receipt], person: str) -> list[Receipt]:
    """What reached somebody, in order."""
    return [receipt for receipt in receipts if receipt.person == person]
