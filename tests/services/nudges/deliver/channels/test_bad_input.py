"""What names and notes may hold, in every channel: it is read as text, and does nothing."""

import json
import unicodedata
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default

import asyncpg
import httpx
import pytest

from services.nudges.deliver.apprise.messages import ChatMessage, SendResult
from services.nudges.deliver.apprise.process import AppriseProcess
from services.nudges.deliver.channel import EVERYTHING
from services.nudges.deliver.channels.chat import ChatChannel
from services.nudges.deliver.channels.webhook import WebhookChannel
from services.nudges.deliver.personal.mail_message import mail_message
from services.nudges.deliver.personal.neutral_text import neutral_nudge
from services.nudges.deliver.personal.posts.personal_webhook import PersonalWebhook
from services.nudges.deliver.personal.posts.teams_card import teams_payload
from services.nudges.deliver.personal.slack_message import slack_message
from services.nudges.deliver.personal.transport import PersonalMessage, personal_message
from services.nudges.deliver.posting.public_client import http_client
from services.nudges.domain.phrases import natural_name
from shared.clock import SteppedClock
from shared.events import Nudge, NudgeKind, Person, PersonId, RepId
from shared.requests.scores import Explanation
from tests.receiver import SECRET, Received, receiving
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, MARA
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.deliver.channels.conftest import THIS_MACHINE
from tests.services.nudges.deliver.channels.seen import Html, Seen, calls_within, form_of, texts_of, without_repetitions
from tests.services.nudges.deliver.personal.posts.teams_schema import payload_mistakes
from tests.services.nudges.pages.browser import MARAS_INBOX, browsing
from tests.slack import block_mistakes

BAD = {
    "markup": "<script>alert(1)</script><b>bold</b>",
    "markdown": "**bold** [your page](https://evil.example) {{DATE(2026-01-01T00:00:00Z)}}",
    "everyone": "@everyone @here @channel",
    "channel": "<!channel> <!here|here>",
    "user": "<@U024BE7LH> <at>Ana</at>",
    "template": "{{ nudge.person }} {% raw %} ${person}",
    "bidi": "\u202eecila\u202c \u2066x\u2069",
    "zero width": "A\u200bn\u200ba\ufeff\u00ad",
    "endless": "A" * 5_000,
    "header": "Ana\r\nBcc: everybody@example.com\r\n\r\nHello",
    "controls": "\x07\x1b[31m\x85\u2028",
    "url": "https://ana.example/?a=1&b=2#'\"",
}
PLACES = ("name", "note")
JOINERS = frozenset("\u200c\u200d")
TAGS = ("<!", "<@", "<at>", "<http")
MENTIONS = ("@everyone", "@here", "@channel", "](", *TAGS)


@dataclass(frozen=True, kw_only=True)
class Means:
    """What channels are tried with."""

    pool: asyncpg.Pool
    rows: Rows
    client: httpx.AsyncClient


def _nudge(text: str, place: str) -> Nudge:
    """Mara has written to Ana. The bad text is in both their names, or in what she wrote."""
    name, note = (text, "well done") if place == "name" else ("Ana Ruiz", text)
    written_by = natural_name(name)
    return make_nudge(
        "n1",
        person=Person(id=ANA.id, name=name),
        kind=NudgeKind.THANKS,
        rule="thanks",
        text=f"{written_by} wrote to you: “{note}”",
        reason=f"{written_by} sent this. Daymark is just passing it on.",
        sender=Person(id=PersonId(MARA.id), name=name),
        url="https://pages.example/you/ana/abc",
    )


def _message(nudge: Nudge) -> PersonalMessage:
    return personal_message(nudge, stop_url="https://pages.example/mail/ana/x")


async def _mail(nudge: Nudge, _: Means) -> Seen:
    sender = Address("Daymark", addr_spec="daymark@example.com")
    sent = mail_message(_message(nudge), sender=sender, recipient="ana@example.com", now=NOON).as_bytes()
    mail = message_from_bytes(sent, policy=default)
    assert isinstance(mail, EmailMessage)
    plain, html = (
        part.get_content().replace("\r\n", "\n") for kind in ("plain", "html") if (part := mail.get_body((kind,))) is not None
    )
    (recipient,) = mail["To"].addresses
    page = Html.read(html)
    return Seen(
        texts=(plain, *page.texts, str(mail["Subject"]), recipient.display_name),
        form=(mail.keys(), recipient.addr_spec, without_repetitions(page.tags)),
    )


def _content_of(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    content: str = part.get_content()
    return content.replace("\r\n", "\n")


async def _slack(nudge: Nudge, _: Means) -> Seen:
    message = slack_message(_message(nudge), has_buttons=True)
    assert list(block_mistakes(message.blocks)) == []
    return Seen(
        texts=tuple(texts_of(list(message.blocks))), form=form_of(list(message.blocks)), calls=calls_within(message.text, TAGS)
    )


async def _teams(nudge: Nudge, _: Means) -> Seen:
    body = teams_payload(_message(nudge), recipient="ana@example.com")
    assert list(payload_mistakes(body)) == []
    payload = json.loads(body)
    return Seen(texts=tuple(texts_of(payload)), form=form_of(payload))


async def _webhook(nudge: Nudge, means: Means) -> Seen:
    async with receiving() as receiver:
        channel = WebhookChannel(
            means.client,
            SteppedClock(NOON),
            url=receiver.url,
            read_secrets=lambda: [SECRET],
            timeout_s=10,
            give_up_after=timedelta(hours=1),
            at_once_max=1,
            allowed=THIS_MACHINE,
        )
        await channel.send(nudge, attempts=1)
    return _posted(receiver.received[0])


async def _own_webhook(nudge: Nudge, means: Means) -> Seen:
    async with receiving() as receiver:
        transport = PersonalWebhook(
            means.client, SteppedClock(NOON), read_secrets=lambda: ["a secret of Daymark"], timeout_s=10, allowed=THIS_MACHINE
        )
        await transport.send(_message(nudge), receiver.url)
    return _posted(receiver.received[0])


def _posted(request: Received) -> Seen:
    payload = json.loads(request.body)
    return Seen(texts=tuple(texts_of(payload)), form=(list(request.headers), request.headers["webhook-id"], form_of(payload)))


class _Room(AppriseProcess):
    """Keeps what it would send."""

    def __init__(self) -> None:
        super().__init__(authorities="")
        self.message = ChatMessage(url="")

    async def send(self, message: ChatMessage, *, timeout_s: float) -> SendResult:
        self.message = message
        return SendResult(outcome="delivered")


async def _room(nudge: Nudge, _: Means) -> Seen:
    room = _Room()
    channel = ChatChannel(
        room,
        SteppedClock(NOON),
        name="room",
        read_url=lambda: "mmost://127.0.0.1/token",
        schemes={"mmost"},
        timeout_s=10,
        give_up_after=timedelta(hours=1),
        allowed=(),
        audience=EVERYTHING,
    )
    await channel.send(nudge, attempts=1)
    title, body = (text.replace("@\u200b", "@ ").replace("]\u200b", "] ") for text in (room.message.title, room.message.body))
    assert "\n" not in title
    return Seen(texts=(title, body), form=None, calls=calls_within(f"{title}\n{body}", MENTIONS))


async def _page(nudge: Nudge, means: Means) -> Seen:
    await means.rows.add_nudge(nudge)
    async with browsing(means.pool, _no_scoring) as browser:
        page = Html.read((await browser.get(MARAS_INBOX)).text)
    return Seen(texts=tuple(page.texts), form=without_repetitions(page.tags))


async def _no_scoring(rep_id: RepId, day: date) -> Explanation:
    raise AssertionError("no page of this test asks")


Show = Callable[[Nudge, Means], Awaitable[Seen]]


def _delivered(show: Show) -> Show:
    """The page shows a nudge as it is stored; the other channels are given it as every delivery is."""
    return lambda nudge, means: show(neutral_nudge(nudge), means)


CHANNELS: Mapping[str, Show] = {
    "mail": _delivered(_mail),
    "slack": _delivered(_slack),
    "teams": _delivered(_teams),
    "webhook": _delivered(_webhook),
    "own webhook": _delivered(_own_webhook),
    "room": _delivered(_room),
    "page": _page,
}


@pytest.fixture
async def means(pool: asyncpg.Pool, rows: Rows) -> AsyncIterator[Means]:
    async with http_client() as client:
        yield Means(pool=pool, rows=rows, client=client)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("channel", CHANNELS)
async def test_whatever_a_name_or_a_note_holds_is_read_as_text(means: Means, channel: str, bad: str, place: str) -> None:
    show = CHANNELS[channel]

    seen = await show(_nudge(BAD[bad], place), means)
    await means.pool.execute("DELETE FROM nudge")
    harmless = await show(_nudge("Ana", place), means)

    assert seen.form == harmless.form
    assert [character for text in seen.texts for character in text if _is_hidden(character)] == []
    assert seen.calls == ()
    assert any("wrote to you: “" in text for text in seen.texts)


def _is_hidden(character: str) -> bool:
    return character != "\n" and character not in JOINERS and unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co"}
