"""EspoCRM: the whole record on creation, and on an update the changed fields. The name of the event is in the URL."""

from datetime import datetime
from typing import Final

from tests.services.ingest.weeks.week import Posted, Week, Write, at

ANA: Final = "u7"
BEN: Final = "u8"


def espo(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def event(entity: str, number: int, name: str, **fields: object) -> Write:
    def write(moment: datetime) -> object:
        stamps = {"createdAt": espo(moment), "modifiedAt": espo(moment)} if name == "create" else {}
        record = {"id": f"{entity}{number}", **stamps, **fields}
        return Posted(body=[record], query={"event": f"{entity}.{name}"})

    return write


def created(entity: str, number: int, *, owner: str = ANA, **fields: object) -> Write:
    return event(entity, number, "create", assignedUserId=owner, **fields)


def changed(entity: str, number: int, **fields: object) -> Write:
    return event(entity, number, "update", **fields)


def call(number: int, when: str, status: str) -> Write:
    start = at(when)
    return created(
        "Call", number, status=status, direction="Outbound", dateStart=espo(start), dateEnd=espo(start.replace(second=59))
    )


def meeting(number: int, start: str) -> Write:
    return created("Meeting", number, status="Planned", dateStart=espo(at(start)), dateEnd=espo(at(start).replace(minute=45)))


def task(number: int) -> Write:
    return created("Task", number, status="Not Started", dateStart=None, dateEnd=espo(at("Wed 18 09:00")), dateCompleted=None)


def done(number: int, when: str) -> Write:
    return changed("Task", number, status="Completed", dateCompleted=espo(at(when)))


def deal(number: int, *, owner: str = ANA) -> Write:
    return created(
        "Opportunity", number, owner=owner, stage="Prospecting", closeDate="2026-12-31", amount=1200, amountCurrency="EUR"
    )


WEEK: Final = Week(
    sender="espocrm",
    users={"Ana": ANA, "Ben": BEN},
    kinds={"Proposal": "proposal_sent"},
    lines=[
        ("Mon 16 09:05", "Ana reaches a customer by phone.", call(1, "Mon 16 09:00", "Held")),
        ("Tue 17 09:20", "She corrects the description.", changed("Call", 1, description="Wants an offer.")),
        ("Mon 16 10:00", "She logs a call by mistake ...", call(2, "Mon 16 10:00", "Held")),
        ("Mon 16 10:06", "... and deletes it.", event("Call", 2, "delete")),
        ("Mon 16 10:30", "She calls somebody who does not answer.", call(3, "Mon 16 10:30", "Not Held")),
        ("Mon 16 11:00", "She books a meeting for Thursday (A).", meeting(11, "Thu 19 10:00")),
        ("Mon 16 11:05", "She books a meeting for Wednesday (B).", meeting(12, "Wed 18 10:00")),
        ("Mon 16 11:10", "She books a meeting for Thursday (C).", meeting(13, "Thu 19 14:00")),
        ("Tue 17 09:00", "Meeting B is moved to Friday.", changed("Meeting", 12, dateStart=espo(at("Fri 20 10:00")))),
        ("Thu 19 11:00", "Meeting A has been held.", changed("Meeting", 11, status="Held")),
        ("Thu 19 14:30", "Nobody came to meeting C.", changed("Meeting", 13, status="Not Held")),
        ("Mon 23 08:30", "Meeting B was held on Friday.", changed("Meeting", 12, status="Held")),
        (
            "Mon 16 14:00",
            "Ana sends a mail.",
            created("Email", 21, status="Sent", dateSent=espo(at("Mon 16 14:00"))),
        ),
        ("Tue 17 14:00", "It is marked as read.", changed("Email", 21, isRead=True)),
        ("Mon 16 17:00", "Ana writes a draft ...", created("Email", 22, status="Draft", dateSent=None)),
        (
            "Tue 17 08:30",
            "... and sends it the next day.",
            changed("Email", 22, status="Sent", dateSent=espo(at("Tue 17 08:30"))),
        ),
        ("Mon 16 15:00", "A task is due on Wednesday ...", task(31)),
        ("Tue 17 15:00", "... and done early.", done(31, "Tue 17 15:00")),
        ("Mon 16 15:05", "A task is due on Wednesday ...", task(32)),
        ("Thu 19 15:00", "... and done late.", done(32, "Thu 19 15:00")),
        ("Mon 16 15:10", "A task is due on Wednesday ...", task(33)),
        ("Tue 17 15:10", "... done ...", done(33, "Tue 17 15:10")),
        ("Wed 18 09:00", "... and reopened.", changed("Task", 33, status="Started", dateCompleted=None)),
        ("Mon 16 16:00", "Deal 1 begins.", deal(41)),
        ("Tue 17 16:00", "Ana proposes deal 1.", changed("Opportunity", 41, stage="Proposal")),
        ("Wed 18 16:00", "Deal 1 is negotiated.", changed("Opportunity", 41, stage="Negotiation")),
        ("Thu 19 16:00", "Deal 1 is won.", changed("Opportunity", 41, stage="Closed Won", closeDate="2026-11-19")),
        ("Fri 20 16:00", "Deal 1 is reopened.", changed("Opportunity", 41, stage="Negotiation")),
        ("Mon 23 16:00", "Deal 1 is lost.", changed("Opportunity", 41, stage="Closed Lost")),
        ("Mon 16 16:30", "Deal 2 begins.", deal(42)),
        ("Tue 17 16:30", "Deal 2 is won.", changed("Opportunity", 42, stage="Closed Won")),
        ("Tue 24 09:00", "Ben takes over deal 2.", changed("Opportunity", 42, assignedUserId=BEN)),
        ("Mon 16 16:40", "Deal 3 begins.", deal(43)),
        ("Tue 24 09:05", "Ben takes over deal 3 ...", changed("Opportunity", 43, assignedUserId=BEN)),
        ("Wed 25 09:00", "... and proposes it.", changed("Opportunity", 43, stage="Proposal")),
        ("Wed 18 09:00", "Ben begins deal 4.", deal(44, owner=BEN)),
        ("Wed 18 12:00", "It becomes Ana's at noon.", changed("Opportunity", 44, assignedUserId=ANA)),
        ("Fri 20 10:00", "Deal 6 begins ...", deal(46)),
        ("Mon 23 10:00", "... and is deleted.", event("Opportunity", 46, "delete")),
    ],
    not_sent=[
        "EspoCRM has one status for a meeting that was missed and one that was cancelled.",
        "That a mail was opened or answered.",
    ],
    tables={
        "Thu 19": """
                       Mon 16  Tue 17  Wed 18  Thu 19
Ana calls                   2       .       .       .
Ana conversations           1       .       .       .
Ana meetings booked         3       .       .       .
Ana meetings held           .       .       .       1
Ana mails                   1       1       .       .
Ana tasks                   .       1       .       1
Ana stage moves             3       .       2       .
Ana proposals               .       1       .       .
Ana wins                    .       1       .       1
""",
    },
    table="""
                       Mon 16  Tue 17  Wed 18  Thu 19  Fri 20  Mon 23  Tue 24  Wed 25
Ana calls                   2       .       .       .       .       .       .       .
Ana conversations           1       .       .       .       .       .       .       .
Ana meetings booked         3       .       .       .       .       .       .       .
Ana meetings held           .       .       .       1       1       .       .       .
Ana mails                   1       1       .       .       .       .       .       .
Ana tasks                   .       1       .       1       .       .       .       .
Ana stage moves             3       .       2       .       .       .       .       .
Ana proposals               .       1       .       .       .       .       .       .
Ana wins                    .       1       .       .       .       .       .       .
Ana losses                  .       .       .       .       .       1       .       .
Ben proposals               .       .       .       .       .       .       .       1
""",
)
