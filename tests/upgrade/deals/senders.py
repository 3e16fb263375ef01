"""What each sender says about its records."""

from collections.abc import Mapping
from datetime import datetime

from tests.upgrade.deals.installation import ORGANIZATION, Body, Post

ANA, BRUNO = "7001", "7002"

_OPPORTUNITY = (
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>'
    '<notifications xmlns="http://soap.sforce.com/2005/09/outbound"><OrganizationId>{organization}</OrganizationId>'
    '<Notification><Id>{id}-{at}</Id><sObject xsi:type="sf:Opportunity" '
    'xmlns:sf="urn:sobject.enterprise.soap.sforce.com">{fields}</sObject></Notification></notifications>'
    "</soapenv:Body></soapenv:Envelope>"
)


def acme(at: datetime, activity_id: str, kind: str, *, deleted: bool | None = None, **facts: str) -> Post:
    """An observation by a program of one's own. Without an actor it is Ana's."""
    body: Body = {"activity_id": activity_id, "kind": kind, "observed_at": at.isoformat(), "facts": {"actor": ANA, **facts}}
    return Post(at=at, source="acme", body=body if deleted is None else body | {"deleted": deleted})


def hub(at: datetime, number: int, *, object_type: str = "0-3", **properties: str) -> Post:
    """New values of properties of an object. The first one is its creation."""
    ms = int(at.timestamp() * 1_000)
    common: Body = {"portalId": 62515, "occurredAt": ms, "objectId": number, "objectTypeId": object_type, "attemptNumber": 0}
    changes = [
        common
        | {"eventId": ms + place, "subscriptionType": "object.propertyChange", "propertyName": name, "propertyValue": value}
        for place, (name, value) in enumerate(properties.items())
    ]
    return Post(at=at, source="hub", body=changes)


def pipe(at: datetime, entity: str, number: int, **record: object) -> Post:
    """A change of a whole record. Without an owner it is Ana's."""
    meta = {
        "entity": entity,
        "entity_id": str(number),
        "id": f"{number}-{at:%d%H}",
        "action": "change",
        "company_id": 1,
        "timestamp": at.isoformat(),
    }
    return Post(
        at=at, source="pipe", body={"meta": meta, "data": {"id": number, "owner_id": int(ANA), **record}, "previous": None}
    )


def force(at: datetime, number: int, fields: Mapping[str, str]) -> Post:
    """An outbound message with a whole opportunity of Ana's."""
    identity = f"006{number:015d}"
    all_fields = {"Id": identity, "OwnerId": ANA, "SystemModstamp": f"{at:%Y-%m-%dT%H:%M:%S}.000Z", **fields}
    xml = "".join(f"<sf:{name}>{value}</sf:{name}>" for name, value in all_fields.items())
    body = _OPPORTUNITY.format(organization=ORGANIZATION, id=identity, at=at.isoformat(), fields=xml)
    return Post(at=at, source="force", body=body)


def zap(at: datetime, activity_id: str, *, stage: str) -> Post:
    """A deal of Ana's, from a sender that dates nothing."""
    return Post(at=at, source="zap", body={"id": activity_id, "type": "deal_stage_changed", "owner": ANA, "stage": stage})


def utc(at: datetime) -> str:
    """A time as Pipedrive and Salesforce write it."""
    return f"{at:%Y-%m-%d %H:%M:%S}"
