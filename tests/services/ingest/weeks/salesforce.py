"""Salesforce: each outbound message has the chosen fields of a record, as they are when it is sent."""

from datetime import datetime
from typing import Final

from tests.services.ingest.weeks.week import Week, Write, at, iso

ANA: Final = "005000000000007AAA"
BEN: Final = "005000000000008AAA"
ENVELOPE: Final = (
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>'
    '<notifications xmlns="http://soap.sforce.com/2005/09/outbound"><OrganizationId>00D000000000001AAA</OrganizationId>'
    '<ActionId>04k1</ActionId><SessionId xsi:nil="true"/><Notification><Id>{id}</Id>'
    '<sObject xsi:type="sf:{type}" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">{fields}</sObject></Notification>'
    "</notifications></soapenv:Body></soapenv:Envelope>"
)


def saved(object_type: str, record_id: str, fields: dict[str, str]) -> Write:
    def write(moment: datetime) -> object:
        record = {"Id": record_id, **fields, "SystemModstamp": iso(moment)}
        elements = "".join(f"<sf:{name}>{value}</sf:{name}>" for name, value in record.items())
        return ENVELOPE.format(id=f"04l{record_id}{moment:%d%H%M}", type=object_type, fields=elements).encode()

    return write


def call(record_id: str, when: str, disposition: str, *, seconds: str = "180") -> Write:
    """A call that is logged is a closed task, with the date of the call and the time of its completion."""
    fields = {
        "OwnerId": ANA,
        "TaskSubtype": "Call",
        "CallType": "Outbound",
        "CallDisposition": disposition,
        "CallDurationInSeconds": seconds,
        "IsClosed": "true",
        "ActivityDate": f"{at(when):%Y-%m-%d}",
        "CompletedDateTime": iso(at(when)),
    }
    return saved("Task", record_id, fields)


def task(record_id: str, due: str, *, done: str = "", subtype: str = "Task") -> Write:
    fields = {
        "OwnerId": ANA,
        "TaskSubtype": subtype,
        "IsClosed": "true" if done else "false",
        "ActivityDate": f"{at(due):%Y-%m-%d}",
        "CompletedDateTime": iso(at(done)) if done else "",
    }
    return saved("Task", record_id, fields)


def event(record_id: str, start: str, created: str) -> Write:
    fields = {"OwnerId": ANA, "StartDateTime": iso(at(start)), "DurationInMinutes": "45", "CreatedDate": iso(at(created))}
    return saved("Event", record_id, {**fields, "IsAllDayEvent": "false"})


def deal(record_id: str, stage: str, since: str, *, owner: str = ANA, state: str = "open", close: str = "2026-12-31") -> Write:
    fields = {
        "OwnerId": owner,
        "StageName": stage,
        "IsClosed": "false" if state == "open" else "true",
        "IsWon": "true" if state == "won" else "false",
        "CloseDate": close,
        "Amount": "1200.0",
        "LastStageChangeDate": iso(at(since)),
    }
    return saved("Opportunity", record_id, fields)


WEEK: Final = Week(
    sender="salesforce",
    users={"Ana": ANA, "Ben": BEN},
    kinds={"Proposal": "proposal_sent"},
    behaviours={"meetings held": {"kinds": frozenset({"meeting"})}},
    lines=[
        ("Mon 16 09:05", "Ana reaches a customer by phone.", call("00T1", "Mon 16 09:00", "Connected")),
        ("Tue 17 09:20", "She corrects the duration.", call("00T1", "Mon 16 09:00", "Connected", seconds="240")),
        ("Mon 16 10:30", "She calls somebody who does not answer.", call("00T3", "Mon 16 10:30", "No Answer")),
        ("Mon 16 11:00", "She books a meeting for Thursday (A).", event("00U1", "Thu 19 10:00", "Mon 16 11:00")),
        ("Mon 16 11:05", "She books a meeting for Wednesday (B).", event("00U2", "Wed 18 10:00", "Mon 16 11:05")),
        ("Tue 17 09:00", "Meeting B is moved to Friday.", event("00U2", "Fri 20 10:00", "Mon 16 11:05")),
        (
            "Mon 23 09:00",
            "She records a meeting of Friday that nobody had booked.",
            event("00U3", "Fri 20 16:00", "Mon 23 09:00"),
        ),
        ("Mon 16 14:00", "Ana sends a mail.", task("00T5", "Mon 16 14:00", done="Mon 16 14:00", subtype="Email")),
        ("Mon 16 15:00", "A task is due on Friday ...", task("00T6", "Fri 20 09:00")),
        ("Tue 17 15:00", "... and done early.", task("00T6", "Fri 20 09:00", done="Tue 17 15:00")),
        ("Mon 16 15:05", "A task is due on Tuesday ...", task("00T7", "Tue 17 09:00")),
        ("Thu 19 15:00", "... and done late.", task("00T7", "Tue 17 09:00", done="Thu 19 15:00")),
        ("Mon 16 15:10", "A task is due on Tuesday ...", task("00T8", "Tue 17 09:00")),
        ("Tue 17 15:10", "... done on time ...", task("00T8", "Tue 17 09:00", done="Tue 17 15:10")),
        ("Wed 18 09:00", "... and reopened.", task("00T8", "Tue 17 09:00")),
        ("Mon 16 16:00", "Deal 1 begins.", deal("0061", "Qualification", "Mon 16 16:00")),
        ("Tue 17 16:00", "Ana proposes deal 1.", deal("0061", "Proposal", "Tue 17 16:00")),
        ("Wed 18 16:00", "Deal 1 is negotiated.", deal("0061", "Negotiation", "Wed 18 16:00")),
        (
            "Thu 19 16:00",
            "Deal 1 is won; Salesforce sets the date of closing.",
            deal("0061", "Closed Won", "Thu 19 16:00", state="won", close="2026-11-19"),
        ),
        ("Fri 20 16:00", "Deal 1 is reopened.", deal("0061", "Negotiation", "Fri 20 16:00", close="2026-11-19")),
        (
            "Mon 23 16:00",
            "Deal 1 is lost.",
            deal("0061", "Closed Lost", "Mon 23 16:00", state="lost", close="2026-11-23"),
        ),
        ("Mon 16 16:30", "Deal 2 begins.", deal("0062", "Qualification", "Mon 16 16:30")),
        ("Tue 17 16:30", "Deal 2 is won.", deal("0062", "Closed Won", "Tue 17 16:30", state="won", close="2026-11-17")),
        (
            "Tue 24 09:00",
            "Ben takes over deal 2.",
            deal("0062", "Closed Won", "Tue 17 16:30", state="won", close="2026-11-17", owner=BEN),
        ),
        ("Mon 16 16:40", "Deal 3 begins.", deal("0063", "Qualification", "Mon 16 16:40")),
        ("Tue 24 09:05", "Ben takes over deal 3 ...", deal("0063", "Qualification", "Mon 16 16:40", owner=BEN)),
        ("Wed 25 09:00", "... and proposes it.", deal("0063", "Proposal", "Wed 25 09:00", owner=BEN)),
        ("Wed 18 09:00", "Ben begins deal 4.", deal("0064", "Qualification", "Wed 18 09:00", owner=BEN)),
        ("Wed 18 12:00", "It becomes Ana's at noon.", deal("0064", "Qualification", "Wed 18 09:00")),
    ],
    not_sent=[
        "Salesforce has no outcome of an event.",
        "Outbound messages do not report deletions: a call that is deleted at Salesforce still counts.",
        "A meeting that was missed or cancelled counts as one that was held",
        "That a mail was opened or answered.",
    ],
    tables={
        "Thu 19": """
                       Mon 16  Tue 17  Wed 18  Thu 19  Fri 20
Ana calls                   2       .       .       .       .
Ana conversations           1       .       .       .       .
Ana meetings booked         2       .       .       .       .
Ana meetings held           .       .       .       1       1
Ana mails                   1       .       .       .       .
Ana tasks                   .       1       .       1       .
Ana stage moves             3       .       2       .       .
Ana proposals               .       1       .       .       .
Ana wins                    .       1       .       1       .
""",
    },
    table="""
                       Mon 16  Tue 17  Wed 18  Thu 19  Fri 20  Mon 23  Tue 24  Wed 25
Ana calls                   2       .       .       .       .       .       .       .
Ana conversations           1       .       .       .       .       .       .       .
Ana meetings booked         2       .       .       .       .       .       .       .
Ana meetings held           .       .       .       1       2       .       .       .
Ana mails                   1       .       .       .       .       .       .       .
Ana tasks                   .       1       .       1       .       .       .       .
Ana stage moves             3       .       2       .       .       .       .       .
Ana proposals               .       1       .       .       .       .       .       .
Ana wins                    .       1       .       .       .       .       .       .
Ana losses                  .       .       .       .       .       1       .       .
Ben proposals               .       .       .       .       .       .       .       1
""",
)
