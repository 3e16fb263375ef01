"""The handshake by which senders of CloudEvents ask whether they may send here.

Specification: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md, section 4, "Abuse protection".
"""

from services.ingest.domain.adapter import HttpResponse
from services.ingest.domain.webhook import RawWebhook


def respond_to_origin_handshake(webhook: RawWebhook) -> HttpResponse | None:
    """Allow every origin, at any rate: what it sends is still refused without the right token."""
    origin = webhook.headers.get("webhook-request-origin", "")
    if webhook.method != "OPTIONS" or not origin:
        return None
    return HttpResponse(
        status=204,
        headers={"Allow": "POST, OPTIONS", "WebHook-Allowed-Origin": origin, "WebHook-Allowed-Rate": "*"},
    )
