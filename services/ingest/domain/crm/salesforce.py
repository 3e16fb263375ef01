"""Salesforce Outbound Messages: SOAP, up to a hundred records in one, answered for all of them at once.

They carry no signature. What is asked for instead is a secret in the address (`?key=...`) and the organisation's id in the
message, of which the first 15 characters count. A message holds the record as it was when it was sent, so what it says counts
as of the record's own `SystemModstamp`. The session id that Salesforce puts in is taken out before anything is stored.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from lxml import etree

from services.ingest.domain.adapter import Adapter, Answer, Document, Item, RetryPolicy
from services.ingest.domain.reading import decimal_text, instant, is_one_of
from services.ingest.domain.webhook import BodyUnreadable, Limits, RawWebhook, SignatureMismatch, Source, VerifiedWebhook
from shared.observation import FactValue, ObservationRefused

_SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
_OUTBOUND: Final = "{http://soap.sforce.com/2005/09/outbound}"
_TYPE: Final = "{http://www.w3.org/2001/XMLSchema-instance}type"
_ORGANISATION_LENGTH: Final = 15
_SUBTYPES: Final = {"call": "call", "email": "email", "listemail": "email", "linkedin": "message", "cadence": "message"}
_OUTCOMES: Final = {
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
"""`CallDisposition` is free text; these are the words that most organisations use, in lower case."""

_DIRECTIONS: Final = {"inbound": "inbound", "outbound": "outbound", "internal": None, "callback": "outbound"}


def verify(webhook: RawWebhook, source: Source, *, now: datetime) -> VerifiedWebhook:
    """Raises `SignatureMismatch` unless the address holds a secret and the message is of the configured organisation."""
    if not is_one_of(webhook.query.get("key", ""), source.secrets):
        raise SignatureMismatch(source.name)
    try:
        message = _message(webhook.body, source.limits)
    except BodyUnreadable:
        raise SignatureMismatch(source.name) from None
    organisation = message.findtext(f"{_OUTBOUND}OrganizationId", "").strip()
    if len(organisation) < _ORGANISATION_LENGTH or not source.account.startswith(organisation[:_ORGANISATION_LENGTH]):
        raise SignatureMismatch(source.name)
    for session in message.findall(f"{_OUTBOUND}SessionId"):
        message.remove(session)
    body = etree.tostring(message.getroottree(), encoding="utf-8", xml_declaration=True)
    return VerifiedWebhook(source=source.name, headers={}, body=body, received_at=now)


def _message(body: bytes, limits: Limits) -> etree._Element:
    """The `notifications` element. Document types, and with them entities of one's own, are refused unread.

    Raises:
        BodyUnreadable: it is no outbound message, or beyond the limits.
    """
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise BodyUnreadable("XML with a document type is not read")
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True)
    try:
        root = etree.fromstring(body.removeprefix(b"\xef\xbb\xbf"), parser)
    except (etree.XMLSyntaxError, ValueError) as refused:
        raise BodyUnreadable(f"body is no XML ({type(refused).__name__})") from None
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
        {"id": one.findtext(f"{_OUTBOUND}Id"), "received_at": webhook.received_at.isoformat(), **_record(one)}
        for one in message.findall(f"{_OUTBOUND}Notification")
    ]


def _record(notification: etree._Element) -> dict[str, Any]:
    """The record's type without its prefix, and its fields by name without their namespace."""
    found = notification.find(f"{_OUTBOUND}sObject")
    if found is None:
        return {}
    fields = {etree.QName(one).localname: (one.text or "").strip() for one in found if isinstance(one.tag, str)}
    return {"type": found.get(_TYPE, "").rpartition(":")[2], "record": fields}


def _identity(item: Item) -> tuple[object, ...]:
    return (item.get("id"),)


def _read(item: Item, source: Source) -> Iterable[Document]:
    record = item.get("record")
    if not isinstance(record, Mapping):
        raise ObservationRefused("sObject", "is missing")
    reader = _READERS.get(str(item.get("type")))
    if reader is None:
        return []
    kind, facts = reader(record, source)
    changed = record.get("SystemModstamp") or record.get("LastModifiedDate") or item["received_at"]
    return [
        {
            "activity_id": record.get("Id"),
            "account": source.account[:_ORGANISATION_LENGTH],
            "kind": kind,
            "observed_at": instant(changed),
            "deleted": record.get("IsDeleted") == "true",
            "facts": _stated(record, {"actor": ("OwnerId", str)}) | facts,
        }
    ]


def _stated(record: Mapping[str, str], fields: Mapping[str, tuple[str, Callable[[str], FactValue]]]) -> dict[str, FactValue]:
    """A fact for each field that the message holds; an empty one takes back what an earlier message said."""
    return {fact: read(record[name]) if record[name] else None for fact, (name, read) in fields.items() if name in record}


def _task(record: Mapping[str, str], source: Source) -> tuple[str, dict[str, FactValue]]:
    """A task that is not closed, or no longer, has not been done, and so has no time and no outcome."""
    is_call = record.get("CallType") or record.get("CallDurationInSeconds")
    kind = _SUBTYPES.get(record.get("TaskSubtype", "").lower(), "call" if is_call else "task")
    if record.get("IsClosed", "true") != "true":
        return kind, {"started_at": None, "outcome": None}
    done = record.get("CompletedDateTime") or record.get("ActivityDate") or record.get("CreatedDate")
    facts: dict[str, FactValue] = _call(record, source) if kind == "call" else {"outcome": "completed"}
    return kind, facts | {"started_at": instant(done) if done else None}


def _voice_call(record: Mapping[str, str], source: Source) -> tuple[str, dict[str, FactValue]]:
    return "call", _call(record, source) | _stated(record, {"started_at": ("CallStartDateTime", instant)})


def _call(record: Mapping[str, str], source: Source) -> dict[str, FactValue]:
    return _stated(
        record,
        {
            "duration_s": ("CallDurationInSeconds", _number),
            "direction": ("CallType", lambda word: _DIRECTIONS.get(word.lower())),
            "outcome": ("CallDisposition", lambda raw: source.outcomes.get(raw, _OUTCOMES.get(raw.lower(), "other"))),
            "outcome_raw": ("CallDisposition", str),
        },
    )


def _event(record: Mapping[str, str], source: Source) -> tuple[str, dict[str, FactValue]]:
    """Salesforce has no outcome of an event; an account's own types of it can be `demo`."""
    fields = {"started_at": ("StartDateTime", instant), "duration_s": ("DurationInMinutes", _minutes)}
    return source.kinds.get(record.get("Type", ""), "meeting"), _stated(record, fields)


def _opportunity(record: Mapping[str, str], source: Source) -> tuple[str, dict[str, FactValue]]:
    """Dated by the last change of stage, or else by the day on which it was closed."""
    is_closed = record.get("IsClosed") == "true"
    kind = ("deal_won" if record.get("IsWon") == "true" else "deal_lost") if is_closed else "deal_stage_changed"
    moved = record.get("LastStageChangeDate") or (record.get("CloseDate") if is_closed else None)
    return source.kinds.get(record.get("StageName", ""), kind), {
        "started_at": instant(moved) if moved else None,
        **_stated(
            record,
            {"stage": ("StageName", str), "amount": ("Amount", decimal_text), "currency": ("CurrencyIsoCode", str)},
        ),
    }


def _number(text: str) -> FactValue:
    try:
        return float(text)
    except ValueError:
        return text  # the check of the observation refuses it by name


def _minutes(text: str) -> FactValue:
    length = _number(text)
    return length * 60 if isinstance(length, int | float) else length


_READERS: Final = {"Task": _task, "Event": _event, "VoiceCall": _voice_call, "Opportunity": _opportunity}
"""Objects that are activities. All others (leads, contacts, accounts) are passed over."""


def _ack(is_stored: bool) -> bytes:
    word = "true" if is_stored else "false"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="{_SOAP}"><s:Body><notificationsResponse '
        f'xmlns="{_OUTBOUND[1:-1]}"><Ack>{word}</Ack></notificationsResponse></s:Body></s:Envelope>'
    ).encode()


SALESFORCE: Final = Adapter(
    kind="salesforce",
    verify=verify,
    split=_split,
    identity=_identity,
    read=_read,
    retry_policy=RetryPolicy(window_s=24 * 3_600),
    stored=Answer(status=200, media_type="text/xml", body=_ack(True)),
    unavailable=Answer(status=503, media_type="text/xml", body=_ack(False)),
)
"""The account of an activity is the organisation's id, its first 15 characters."""
