"""Outreach: the whole record on creation, and on an update what has changed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from tests.services.ingest.weeks.week import Week, Write, at, iso

ANA: Final = 42
BEN: Final = 43
NEW, PROPOSAL, NEGOTIATION, WON, LOST = 10, 11, 14, 12, 13


def event(name: str, number: int, attributes: Mapping[str, object], **related: int) -> Write:
    def write(moment: datetime) -> object:
        stamps = {"createdAt": iso(moment)} if name.endswith(".created") else {}
        return {
            "data": {
                "type": name.partition(".")[0],
                "id": number,
                "attributes": {**stamps, "updatedAt": iso(moment), **attributes},
                "relationships": {relation: {"type": relation, "id": related[relation]} for relation in related},
            },
            "meta": {"deliveredAt": iso(moment), "eventName": name, "jobId": f"{name}-{number}-{iso(moment)}"},
        }

    return write


def call(number: int, when: str, outcome: str) -> Write:
    attributes = {"dialedAt": iso(at(when)), "direction": "outbound", "outcome": outcome}
    return event("call.created", number, attributes, user=ANA)


def mail(name: str, number: int, state: str, **reached: str) -> Write:
    return event(
        f"mailing.{name}", number, {"state": state, **{name: iso(at(when)) for name, when in reached.items()}}, user=ANA
    )


def task(number: int) -> Write:
    return event("task.created", number, {"state": "incomplete", "dueAt": iso(at("Wed 18 09:00"))}, owner=ANA)


def done(number: int, when: str) -> Write:
    return event("task.updated", number, {"state": "complete", "completedAt": iso(at(when))})


def deal(number: int, *, owner: int = ANA) -> Write:
    return event("opportunity.created", number, {"amount": 1200, "currencyType": "EUR"}, owner=owner, stage=NEW)


def moved(number: int, stage: int) -> Write:
    return event("opportunity.updated", number, {}, stage=stage)


def handed_over(number: int, owner: int) -> Write:
    return event("opportunity.updated", number, {}, owner=owner)


WEEK: Final = Week(
    sender="outreach",
    users={"Ana": str(ANA), "Ben": str(BEN)},
    kinds={str(PROPOSAL): "proposal_sent", str(WON): "deal_won", str(LOST): "deal_lost"},
    lines=[
        ("Mon 16 09:05", "Ana reaches a customer by phone.", call(1, "Mon 16 09:00", "Answered")),
        ("Tue 17 09:20", "She adds a note to the call.", event("call.updated", 1, {"note": "Wants an offer."})),
        ("Mon 16 10:00", "She logs a call by mistake ...", call(2, "Mon 16 10:00", "Answered")),
        ("Mon 16 10:05", "... and deletes it.", event("call.destroyed", 2, {})),
        ("Mon 16 10:30", "She calls somebody who does not answer.", call(3, "Mon 16 10:30", "Not Answered")),
        ("Mon 16 14:00", "Ana sends a mail.", mail("created", 21, "queued")),
        ("Mon 16 14:01", "It is delivered ...", mail("delivered", 21, "delivered", deliveredAt="Mon 16 14:01")),
        ("Tue 17 08:00", "... opened ...", mail("opened", 21, "opened", openedAt="Tue 17 08:00")),
        ("Wed 18 08:00", "... and answered.", mail("replied", 21, "replied", repliedAt="Wed 18 08:00")),
        ("Mon 16 17:00", "A mail is scheduled for the next day ...", mail("created", 22, "scheduled")),
        ("Tue 17 08:30", "... and delivered.", mail("delivered", 22, "delivered", deliveredAt="Tue 17 08:30")),
        ("Mon 16 17:10", "A mail is sent to a wrong address ...", mail("created", 23, "queued")),
        ("Mon 16 17:12", "... and comes back.", mail("bounced", 23, "bounced", bouncedAt="Mon 16 17:12")),
        ("Mon 16 15:00", "A task is due on Wednesday ...", task(31)),
        ("Tue 17 15:00", "... and done early.", done(31, "Tue 17 15:00")),
        ("Mon 16 15:05", "A task is due on Wednesday ...", task(32)),
        ("Thu 19 15:00", "... and done late.", done(32, "Thu 19 15:00")),
        ("Mon 16 15:10", "A task is due on Wednesday ...", task(33)),
        ("Tue 17 15:10", "... done ...", done(33, "Tue 17 15:10")),
        ("Wed 18 09:00", "... and reopened.", event("task.updated", 33, {"state": "incomplete", "completedAt": None})),
        ("Mon 16 16:00", "Deal 1 begins.", deal(41)),
        ("Tue 17 16:00", "Ana proposes deal 1.", moved(41, PROPOSAL)),
        ("Wed 18 16:00", "Deal 1 is negotiated.", moved(41, NEGOTIATION)),
        ("Thu 19 16:00", "Deal 1 is won.", moved(41, WON)),
        ("Fri 20 16:00", "Deal 1 is reopened.", moved(41, NEGOTIATION)),
        ("Mon 23 16:00", "Deal 1 is lost.", moved(41, LOST)),
        ("Mon 16 16:30", "Deal 2 begins.", deal(42)),
        ("Tue 17 16:30", "Deal 2 is won.", moved(42, WON)),
        ("Tue 24 09:00", "Ben takes over deal 2.", handed_over(42, BEN)),
        ("Mon 16 16:40", "Deal 3 begins.", deal(43)),
        ("Tue 24 09:05", "Ben takes over deal 3 ...", handed_over(43, BEN)),
        ("Wed 25 09:00", "... and proposes it.", moved(43, PROPOSAL)),
        ("Wed 18 09:00", "Ben begins deal 4.", deal(44, owner=BEN)),
        ("Wed 18 12:00", "It becomes Ana's at noon.", handed_over(44, ANA)),
        ("Fri 20 10:00", "Deal 6 begins ...", deal(46)),
        ("Mon 23 10:00", "... and is deleted.", event("opportunity.destroyed", 46, {})),
    ],
    not_sent=["Meetings: Outreach has no webhook for them."],
    tables={
        "Thu 19": """
                       Mon 16  Tue 17  Wed 18  Thu 19
Ana calls                   2       .       .       .
Ana conversations           1       .       .       .
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
Ana mails                   1       1       .       .       .       .       .       .
Ana tasks                   .       1       .       1       .       .       .       .
Ana stage moves             3       .       2       .       .       .       .       .
Ana proposals               .       1       .       .       .       .       .       .
Ana wins                    .       1       .       .       .       .       .       .
Ana losses                  .       .       .       .       .       1       .       .
Ben proposals               .       .       .       .       .       .       .       1
""",
)
