"""Salesforce Outbound Messages: SOAP with up to a hundred records in one message, acknowledged all at once.

Nothing is signed. Required instead are a secret in the URL (`?key=...`) and the organisation's id in the message, of which
the first 15 characters count. A message holds the record as it was when the message was sent, so its facts count as of the
record's own `SystemModstamp`. The session id that Salesforce includes is removed before anything is stored.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from lxml import etree

from services.ingest.domain.adapter import Adapter, Authentication, Document, HttpResponse, Item, RetryPolicy
from services.ingest.domain.amounts import read_currency, read_duration_s, to_decimal_text
from services.ingest.domain.deal_facts import DealState, read_deal
from services.ingest.domain.outcomes import find_outcome
from services.ingest.domain.reading import require_any_of
from services.ingest.domain.times import read_date, read_start, read_time, to_rfc3339
from services.ingest.domain.webhook import BodyUnreadable, Limits, RawWebhook, SignatureMismatch, Source, VerifiedWebhook
from shared.fact_values import FactValue
from shared.facts import DEAL_IN_PROGRESS, DEAL_LOST, DEAL_WON
from shared.languages.messages import gettext
from shared.observation import ObservationRefused

_SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
_OUTBOUND: Final = "{http://soap.sforce.com/2005/09/outbound}"
_TYPE: Final = "{http://www.w3.org/2001/XMLSchema-instance}type"
_ORGANISATION: Final = re.compile(r"\A[0-9A-Za-z]{15}([0-9A-Za-z]{3})?\Z")
_ORGANISATION_LENGTH: Final = 15
SUBTYPES: Final = {"call": "call", "email": "email", "listemail": "email", "linkedin": "message", "cadence": "message"}
OUTCOMES: Final = {
    "connected": "connected",
    "completed": "connected",
    "contacted": "connected",
    "no answer": "no_answer",
    "busy": "busy",
    "left voicemail": "left_voicemail",
    "voicemail": "left_voicemail",
    "left message": "left_message",
    "wrong number": "wrong_number",
    "canceled": "canceled",
    "cancelled": "canceled",
}
"""`CallDisposition` is free text. These are the values that most organisations use, in lower case."""

DONE_OUTCOMES: Final[Mapping[str, FactValue]] = {"email": "sent"}
"""What it means for a kind that a task is closed; `completed` for all others. A call says itself what came of it."""

DIRECTIONS: Final = {"inbound": "inbound", "outbound": "outbound", "internal": None, "callback": "outbound"}


def check_source(source: Source) -> str | None:
    """Whether the account is the id of an organisation."""
    if not _ORGANISATION.match(source.account):
        return gettext("account must be the organisation's id, of 15 or 18 letters and digits")
    return None


def verify(webhook: RawWebhook, source: Source, *, now: datetime) -> VerifiedWebhook:
    """Check the secret in the URL and the organisation in the message, and remove the session id.

    Raises:
        SignatureMismatch: one of them is missing or wrong.
    """
    require_any_of(webhook.query.get("key", ""), source.secrets, source)
    try:
        message = _message(webhook.body, source.limits)
    except BodyUnreadable:
        raise SignatureMismatch(source.name) from None
    organisation = message.findtext(f"{_OUTBOUND}OrganizationId", "").strip()
    if len(organisation) < _ORGANISATION_LENGTH or not source.account.startswith(organisation[:_ORGANISATION_LENGTH]):
        raise SignatureMismatch(source.name)
    for session in message.findall(f"{_OUTBOUND}SessionId"):
        message.remove(session)
    body = etree.tostring(message.getroottree(), encoding="utf-8")
    return VerifiedWebhook(source=source.name, headers={}, body=body, received_at=now)


def _message(body: bytes, limits: Limits) -> etree._Element:
    """The `notifications` element. A document type, and with it any custom entity, is refused without reading it.

    The parser reads no other file, nothing from the network, and no element below 256 others.

    Raises:
        BodyUnreadable: the body is not an outbound message, or is beyond the limits.
    """
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise BodyUnreadable("XML with a document type is not read")
    parser = etree.XMLParser(resolve_entities=False, remove_comments=True)
    try:
        root = etree.fromstring(body.removeprefix(b"\xef\xbb\xbf"), parser)
    except (etree.XMLSyntaxError, ValueError) as refused:
        raise BodyUnreadable(f"body is not XML ({type(refused).__name__})") from None
    if root.getroottree().docinfo.internalDTD is not None:  # in an encoding in which the bytes above look different
        raise BodyUnreadable("XML with a document type is not read")
    message = root.find(f"{{{_SOAP}}}Body/{_OUTBOUND}notifications")
    if message is None:
        raise BodyUnreadable("must be a SOAP envelope with notifications")
    if sum(1 for _ in root.iter()) > limits.values_max:
        raise BodyUnreadable(f"body holds more than {limits.values_max} values")
    return message


def _split(webhook: VerifiedWebhook, source: Source) -> Sequence[object]:
    message = _message(webhook.body, source.limits)
    return [
        {
            "id": notification.findtext(f"{_OUTBOUND}Id"),
            "received_at": webhook.received_at.isoformat(),
            **_record(notification),
        }
        for notification in message.findall(f"{_OUTBOUND}Notification")
    ]


def _record(notification: etree._Element) -> dict[str, Any]:
    """The type of the record without its prefix, and its fields by name without their namespace."""
    record = notification.find(f"{_OUTBOUND}sObject")
    if record is None:
        return {}
    fields = {etree.QName(element).localname: (element.text or "").strip() for element in record.iterchildren("{*}*")}
    return {"type": record.get(_TYPE, "").rpartition(":")[2], "record": fields}


def _identify(item: Item) -> tuple[object, ...]:
    return (item.get("id"),)


def _read(item: Item, source: Source) -> Iterable[Document]:
    record = item.get("record")
    if not isinstance(record, Mapping):
        raise ObservationRefused("sObject", "is missing")
    read_record = RECORD_READERS.get(str(item.get("type")))
    if read_record is None:
        return []
    kind, facts = read_record(record, source)
    changed_at = record.get("SystemModstamp") or record.get("LastModifiedDate") or item["received_at"]
    return [
        {
            "activity_id": record.get("Id"),
            "account": source.account[:_ORGANISATION_LENGTH],
            "kind": kind,
            "observed_at": to_rfc3339(changed_at),
            "deleted": record.get("IsDeleted") == "true",
            "facts": _stated(record, {"actor": ("OwnerId", str)}) | facts,
        }
    ]


def _stated(record: Mapping[str, str], fields: Mapping[str, tuple[str, Callable[[str], FactValue]]]) -> dict[str, FactValue]:
    """A fact for each field that the message contains. An empty field withdraws what an earlier message said."""
    return {fact: read(record[name]) if record[name] else None for fact, (name, read) in fields.items() if name in record}


def _task(record: Mapping[str, str], source: Source) -> tuple[str, dict[str, FactValue]]:
    """A task that is not closed, or no longer, has not been done: it has no time and no outcome."""
    is_call = record.get("CallType") or record.get("CallDurationInSeconds")
    kind = SUBTYPES.get(record.get("TaskSubtype", "").lower(), "call" if is_call else "task")
    if record.get("IsClosed", "true") != "true":
        return kind, {"started_at": None, "started_on": None, "outcome": None}
    done_at = record.get("CompletedDateTime") or record.get("ActivityDate") or record.get("CreatedDate")
    facts = _call(record, source) if kind == "call" else {"outcome": DONE_OUTCOMES.get(kind, "completed")}
    return kind, facts | (read_start(done_at) or {"started_at": None})


def _voice_call(record: Mapping[str, str], source: Source) -> tuple[str, dict[str, FactValue]]:
    return "call", _call(record, source) | _stated(record, {"started_at": ("CallStartDateTime", read_time)})


def _call(record: Mapping[str, str], source: Source) -> dict[str, FactValue]:
    return _stated(
        record,
        {
            "duration_s": ("CallDurationInSeconds", read_duration_s),
            "direction": ("CallType", lambda call_type: DIRECTIONS.get(call_type.lower())),
            "outcome": (
                "CallDisposition",
                lambda raw: find_outcome(raw, source.outcomes, OUTCOMES),
            ),
            "outcome_raw": ("CallDisposition", str),
        },
    )


def _event(record: Mapping[str, str], source: Source) -> tuple[str, dict[str, FactValue]]:
    """Salesforce has no outcome of an event. An organisation's own event types can be demos. An event of the whole day is on
    its date, which Salesforce sends as midnight in UTC."""
    start = record.get("StartDateTime") or record.get("ActivityDateTime") or record.get("ActivityDate")
    is_all_day = record.get("IsAllDayEvent") == "true"
    return source.kinds.get(record.get("Type", ""), "meeting"), {
        **read_start(read_date(start) if is_all_day else start),
        **_stated(record, {"duration_s": ("DurationInMinutes", _minutes_to_seconds), "booked_at": ("CreatedDate", read_time)}),
    }


def _opportunity(record: Mapping[str, str], source: Source) -> tuple[str, dict[str, FactValue]]:
    """A closed opportunity was closed when its stage last changed, or at the latest with this change of the record."""
    is_closed = record.get("IsClosed") == "true"
    moved_at = record.get("LastStageChangeDate")
    state = DealState(
        stage=record.get("StageName") or None,
        result=(DEAL_WON if record.get("IsWon") == "true" else DEAL_LOST) if is_closed else None,
        entered_at=None if is_closed else moved_at,
        closed_at=moved_at or record.get("SystemModstamp") or record.get("LastModifiedDate") or record.get("CloseDate"),
        closed_on=record.get("CloseDate"),
    )
    fields = {"amount": ("Amount", to_decimal_text), "currency": ("CurrencyIsoCode", read_currency)}
    return DEAL_IN_PROGRESS, read_deal(state, source) | _stated(record, fields)


def _minutes_to_seconds(text: str) -> FactValue:
    return read_duration_s(text, unit_s=60)


RECORD_READERS: Final = {"Task": _task, "Event": _event, "VoiceCall": _voice_call, "Opportunity": _opportunity}
"""The objects that are activities. All others (leads, contacts, accounts) are ignored."""


def _acknowledgement(*, is_stored: bool) -> bytes:
    ack = "true" if is_stored else "false"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="{_SOAP}"><s:Body><notificationsResponse '
        f'xmlns="{_OUTBOUND[1:-1]}"><Ack>{ack}</Ack></notificationsResponse></s:Body></s:Envelope>'
    ).encode()


ADAPTER: Final = Adapter(
    kind="salesforce",
    title="Salesforce",
    page="salesforce",
    authentication=Authentication(method="secret in the URL, and the organisation's id"),
    verify=verify,
    split=_split,
    identify=_identify,
    read=_read,
    retry_policy=RetryPolicy(window_s=24 * 3_600),
    check_source=check_source,
    stored=HttpResponse(status=200, media_type="text/xml", body=_acknowledgement(is_stored=True)),
    unavailable=HttpResponse(status=503, media_type="text/xml", body=_acknowledgement(is_stored=False)),
    ways_to_send={
        "actor": "add OwnerId to the fields of every outbound message",
        "start": "add CompletedDateTime (tasks), StartDateTime (events) and LastStageChangeDate (opportunities) to the fields",
        "duration": "add CallDurationInSeconds to the fields of the outbound message",
    },
)
"""The account of an activity is the first 15 characters of the organisation's id."""
