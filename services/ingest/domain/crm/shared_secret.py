"""Any sender of JSON that can send a secret along. The configuration says where the secret and each fact are.

The secret travels in a header, in the query, as the password of HTTP Basic, as a bearer token, or in the body; in the last
case it is removed before anything is stored.
"""

import base64
import binascii
import re
from datetime import datetime
from typing import Final

import msgspec

from services.ingest.domain.adapter import Adapter, Authentication, RetryPolicy
from services.ingest.domain.any_json import WAYS_TO_SEND, event_headers_of, find_unmapped_fields, read, split
from services.ingest.domain.field_map import identify_by_map
from services.ingest.domain.origin_handshake import respond_to_origin_handshake
from services.ingest.domain.reading import read_json, require_any_of
from services.ingest.domain.webhook import BodyUnreadable, RawWebhook, Source, VerifiedWebhook
from shared.languages.messages import gettext

_PLACES: Final = "header:NAME, query:NAME, basic, bearer, body:NAME"
_PLACE: Final = re.compile(r"\A(basic|bearer|(header|query|body):[^\s:]{1,64})\Z")


def check_source(source: Source) -> str | None:
    """Whether the settings say where the secret travels and where the required facts are."""
    if not _PLACE.match(source.secret_in):
        return gettext("secret_in must say where in the webhook the secret is: {places}").format(places=_PLACES)
    return find_unmapped_fields(source)


def verify(webhook: RawWebhook, source: Source, *, now: datetime) -> VerifiedWebhook:
    """Check the secret in its configured place.

    Raises:
        SignatureMismatch: it is missing there, or not one of the source's.
    """
    place, _, name = source.secret_in.partition(":")
    body = webhook.body
    if place == "body":
        secret, body = _take_secret(body, name, source)
    elif place == "query":
        secret = webhook.query.get(name, "")
    elif place == "header":
        secret = webhook.headers.get(name.lower(), "").strip()
    else:
        secret = _credentials(webhook.headers.get("authorization", ""), place)
    require_any_of(secret, source.secrets, source)
    return VerifiedWebhook(source=source.name, headers=event_headers_of(webhook), body=body, received_at=now)


def _credentials(authorization: str, scheme: str) -> str:
    """What follows the scheme: the token, or `user:password`. Empty if the header has another scheme."""
    sent_scheme, _, credentials = authorization.partition(" ")
    if sent_scheme.lower() != scheme:
        return ""
    if scheme == "bearer":
        return credentials.strip()
    try:
        return base64.b64decode(credentials.strip(), validate=True).decode("utf-8", "surrogateescape")
    except (binascii.Error, ValueError):
        return ""


def _take_secret(body: bytes, name: str, source: Source) -> tuple[str, bytes]:
    """The secret in a field of the body, and the body without it. Both are empty if there is none."""
    try:
        content = read_json(body, source.limits)
    except BodyUnreadable:
        return "", b""
    secret = content.pop(name, None) if isinstance(content, dict) else None
    return (secret, msgspec.json.encode(content)) if isinstance(secret, str) else ("", b"")


ADAPTER: Final = Adapter(
    kind="shared-secret",
    title="Any sender of JSON",
    page="any-json",
    authentication=Authentication(method="secret in a header, the URL or the body"),
    verify=verify,
    split=split,
    identify=identify_by_map,
    read=read,
    retry_policy=RetryPolicy(),
    check_source=check_source,
    respond_to_handshake=respond_to_origin_handshake,
    ways_to_send=WAYS_TO_SEND,
)
