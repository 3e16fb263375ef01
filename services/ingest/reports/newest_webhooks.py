"""The webhooks of a source as the door stored them."""

from nats.aio.client import Client

from services.ingest.domain.webhook import Source, VerifiedWebhook
from services.ingest.read_webhooks import stored_webhook
from shared.event_types import WEBHOOK_RECEIVED
from shared.jetstream.stored_messages import read_newest
from shared.jetstream.streams import WEBHOOKS


async def list_newest_webhooks(connection: Client, source: Source, *, number: int) -> list[VerifiedWebhook]:
    """The last webhooks of the source, the oldest first.

    Raises:
        StreamUnreadable: the server refused to let the stream be read.
    """
    messages = await read_newest(connection, WEBHOOKS, subject=f"{WEBHOOK_RECEIVED}.{source.name}", number=number)
    return [stored_webhook(message.headers, message.data, source) for message in messages]
