"""monday.com: one change of one item on a board per webhook.

The webhooks of an integration app carry a JSON Web Token (RFC 7519) that is signed with the app's signing secret. A webhook
that somebody adds to a board by hand is not signed at all; then the secret is in the URL (`?key=...`). Before it sends
anything, monday.com posts a challenge, which has to be repeated. What the columns of a board mean is different in every
account: the source maps boards to kinds, labels to outcomes and stages, and further columns to facts.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final

import jwt
import msgspec
from jwt.types import Options

from services.ingest.domain.adapter import Adapter, Authentication, Document, HttpResponse, Item, RetryPolicy
from services.ingest.domain.field_map import read_by_map, split_by_map
from services.ingest.domain.reading import require_any_of
from services.ingest.domain.webhook import (
    RawWebhook,
    SignatureMismatch,
    SignatureMissing,
    SignedTimeOff,
    Source,
    VerifiedWebhook,
)
from shared.languages.messages import gettext
from shared.observation import NO_JSON

_CHALLENGE_LENGTH_MAX: Final = 512
_ALGORITHM: Final = "HS256"
_CHECKED: Final[Options] = {"require": ["aud", "exp"], "verify_exp": False, "verify_nbf": False, "verify_iat": False}
_STATUS_LABEL: Final = "(columnType == 'color' && value.label.text) || `null`"
_SOMETHING_DONE: Final = "(type == 'create_pulse' || (columnType == 'color' && value.label.text))"
"""A new item, or a label that was set. A label that was emptied says nothing of when, or by whom, something was done."""

FIELDS: Final = {
    "items": "event",
    "activity_id": "pulseId || itemId",
    "kind": "boardId",
    "observed_at": "triggerTime || changedAt",
    "actor": "(columnType == 'multiple-person' && (value.personsAndTeams[?kind == 'person'] | [0].id)) || "
    f"({_SOMETHING_DONE} && userId) || `null`",
    "started_at": f"({_SOMETHING_DONE} && (changedAt || triggerTime)) || `null`",
    "deleted": "type == 'delete_pulse'",
}
"""Those of every board. The label of a status column is the stage of a deal, and the outcome of anything else."""

OUTCOMES: Final = {"Done": "completed", "Working on it": "open", "Stuck": "open"}
"""The labels of a new status column."""


class _Challenge(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    challenge: Annotated[str, msgspec.Meta(max_length=_CHALLENGE_LENGTH_MAX)]


_challenge_decoder: Final = msgspec.json.Decoder(_Challenge)


def respond_to_challenge(webhook: RawWebhook) -> HttpResponse | None:
    """Repeat the challenge, by which monday.com checks that the URL belongs to whoever adds the webhook."""
    if webhook.method != "POST":
        return None
    try:
        challenge = _challenge_decoder.decode(webhook.body)
    except NO_JSON:
        return None
    return HttpResponse(status=200, media_type="application/json", body=msgspec.json.encode(challenge))


def check_source(source: Source) -> str | None:
    """Whether any board is mapped to a kind."""
    return None if source.kinds else gettext("kinds must map the id of each board to a kind of activity")


def verify(webhook: RawWebhook, source: Source, *, now: datetime) -> VerifiedWebhook:
    """Check the token if the source has a `public_url`, for which it is issued, and otherwise the secret in the URL.

    Raises:
        SignatureMismatch: it is missing or wrong.
    """
    if source.public_url:
        _require_valid_token(webhook.headers.get("authorization", ""), source, now=now)
    else:
        require_any_of(webhook.query.get("key", ""), source.secrets, source)
    return VerifiedWebhook(source=source.name, headers={}, body=webhook.body, received_at=now)


def _require_valid_token(token: str, source: Source, *, now: datetime) -> None:
    """Check that the token is signed with one of the secrets, issued for the URL of the source, and has not expired."""
    if not token:
        raise SignatureMissing(source.name)
    claims = [_read_claims(token, secret, audience=source.public_url) for secret in source.secrets]
    expiries_s = [signed["exp"] for signed in claims if signed is not None]
    if not expiries_s:
        raise SignatureMismatch(source.name)
    if not any(isinstance(expires_at_s, int | float) and now.timestamp() < expires_at_s for expires_at_s in expiries_s):
        raise SignedTimeOff(source.name)


def _read_claims(token: str, secret: bytes, *, audience: str) -> Mapping[str, Any] | None:
    """The claims of a token that is signed with this secret and issued for this audience, even after it has expired. PyJWT
    would compare with the clock of the machine, and lets two errors of the JSON parser through.
    """
    try:
        return jwt.decode(token, secret, algorithms=[_ALGORITHM], audience=audience, options=_CHECKED)
    except (jwt.PyJWTError, ValueError, RecursionError):
        return None


def _split(webhook: VerifiedWebhook, source: Source) -> Sequence[object]:
    return split_by_map(webhook, source, {**FIELDS, **source.fields})


def _identify(event: Item) -> tuple[object, ...]:
    """Without `isRetry`, which differs between attempts. A trigger can change several columns."""
    return event.get("triggerUuid"), event.get("type"), event.get("pulseId") or event.get("itemId"), event.get("columnId")


def _read(event: Item, source: Source) -> Iterable[Document]:
    is_deal = source.kinds.get(str(event.get("boardId"))) == "deal_stage_changed"
    label = {"stage" if is_deal else "outcome": _STATUS_LABEL}
    return read_by_map(event, source, fields={**FIELDS, **label, **source.fields}, outcomes=OUTCOMES)


ADAPTER: Final = Adapter(
    kind="monday",
    title="monday.com",
    page="monday",
    authentication=Authentication(method="JWT of an integration app, or secret in the URL"),
    verify=verify,
    split=_split,
    identify=_identify,
    read=_read,
    retry_policy=RetryPolicy(window_s=30 * 60),
    check_source=check_source,
    respond_to_handshake=respond_to_challenge,
)
"""The account of an activity is the source's."""
