"""Nudges is killed just after Slack or the mail server has accepted a message, before that can have been recorded.

`python -m tests.faults.nudges.messages_under_kills` kills 200 times and prints what became of the messages; `test_kills.py`
runs a slice. A message whose acceptance was not recorded is sent again, and must carry the id that it had: by that a mailbox,
and whoever reads Slack's messages, recognises it.
"""

import argparse
import asyncio
import os
import random
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from nats.aio.msg import Msg

from deploy.local.servers.ports import find_free_ports
from shared.clock import monotonic_s
from shared.reach import ContactPoint
from shared.requests.endpoint import Envelope
from shared.requests.people import PERSON_CONTACTS, ContactList, ContactQuery
from tests.backends import running_servers
from tests.faults.nudges.ledger import Ledger, Outcome, evaluate, wait_until_settled
from tests.faults.nudges.replicas import Replica, provisioned, publish_reports, servers_settings
from tests.mailbox import Mailbox, receiving_mail
from tests.slack import TOKEN, StandIn, slack_stand_in

_AFTER_ACCEPTANCE_MAX_S: Final = 0.02
_MESSAGES_BETWEEN_KILLS_MAX: Final = 3
_WITHOUT_KILLS_S: Final = 3.0
_CHANNELS: Final = """\
[channels.mail]
host = "127.0.0.1"
port = {mail_port}
security = "none"
sender = "daymark@example.com"
[channels.slack]
token = "file:{folder}/token"
base_url = "{base_url}"
"""
_WAYS: Final = (ContactPoint(transport="mail", address="rep@example.com"), ContactPoint(transport="slack", address="U024BE7LH"))


@dataclass(kw_only=True)
class _Acceptances:
    """Notes each message that the stand-in accepts, and after some of them lets nudges be killed.

    `is_armed` while a replica is there to kill. `due` is set when it is time to kill it.
    """

    ledger: Ledger
    rng: random.Random
    is_armed: bool = False
    left: int = 0
    due: asyncio.Event = field(default_factory=asyncio.Event)

    def arm(self) -> None:
        """From now on a kill is due after one of the next messages."""
        self.is_armed, self.left = True, self.rng.randint(1, _MESSAGES_BETWEEN_KILLS_MAX)
        self.due.clear()

    def watch(self, mailbox: Mailbox, slack: StandIn) -> None:
        """Note what these two accept. Slack shows repetitions, as it does without a promise to recognise them."""
        slack.recognises_repetitions = False
        slack.on_message = lambda message: self.accept(
            message["metadata"]["event_payload"]["nudge_id"], message["client_msg_id"]
        )
        mailbox.on_message = lambda message: self.accept(message["X-Daymark-Nudge"], message["Message-ID"])

    def accept(self, nudge_id: str, message_id: str) -> None:
        """A message is about to be accepted."""
        self.ledger.receive(nudge_id, message_id.encode())
        self.left -= 1
        if self.is_armed and self.left <= 0:
            self.is_armed = False
            asyncio.get_running_loop().call_later(self.rng.uniform(0, _AFTER_ACCEPTANCE_MAX_S), self.due.set)


async def run(folder: Path, *, kills: int, seed: int, reports_per_s: int) -> Outcome:
    """Run everything in an empty folder. Every other rep is reached by mail, the others in Slack."""
    ledger, started_s = Ledger(), monotonic_s()
    acceptances = _Acceptances(ledger=ledger, rng=random.Random(seed))
    async with (
        running_servers() as servers,
        receiving_mail() as mailbox,
        slack_stand_in() as slack,
        provisioned(servers) as nats,
    ):
        acceptances.watch(mailbox, slack)
        await nats.subscribe(PERSON_CONTACTS.subject, cb=_answer_contacts)
        (folder / "token").write_text(TOKEN)
        channels = _CHANNELS.format(mail_port=mailbox.port, base_url=slack.base_url, folder=folder)
        (folder / "daymark.toml").write_text(servers_settings(servers) + channels)
        replica = Replica(folder / "nudges.log", find_free_ports(2))
        try:
            await replica.start(folder)
            publishing = asyncio.create_task(publish_reports(nats, ledger, reports_per_s=reports_per_s))
            for _ in range(kills):
                acceptances.arm()
                await acceptances.due.wait()
                ledger.kills_s.append(monotonic_s())
                await replica.kill()
                await replica.start(folder)
            await asyncio.sleep(_WITHOUT_KILLS_S)  # so that repetitions without a kill would show
            publishing.cancel()
            await asyncio.wait({publishing})
            deliveries, decided = await wait_until_settled(servers, nats, channel="personal")
        finally:
            await replica.stop()
    return evaluate(ledger, deliveries, decided, seconds=monotonic_s() - started_s)


async def _answer_contacts(request: Msg) -> None:
    """As scoring does, which has the roster."""
    person = ContactQuery.model_validate_json(request.data).person
    contacts = ContactList(contacts=(_WAYS[int(person.rpartition("-")[2]) % len(_WAYS)],))
    await request.respond(Envelope(ok=True, data=contacts.model_dump(mode="json")).model_dump_json().encode())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=int, default=10, help="day reports per second")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="daymark-") as folder:
        work = run(Path(folder), kills=arguments.kills, seed=arguments.seed, reports_per_s=arguments.rate)
        outcome = asyncio.run(work)
    sys.stdout.write(
        f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, seed {arguments.seed}, mail and Slack: {outcome.sentences}\n"
    )
    return 0 if outcome.is_right else 1


if __name__ == "__main__":
    sys.exit(main())
