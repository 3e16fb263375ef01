"""Dataverse: each webhook has the attributes that a create or an update has set."""

from datetime import datetime
from typing import Final

from tests.services.ingest.weeks.week import Week, Write, at, unix_ms

ANA: Final = "75c2dd85"
BEN: Final = "85c2dd86"
OPEN, COMPLETED, CANCELED, SCHEDULED = 0, 1, 2, 3
WON, LOST = 1, 2


def microsoft(moment: datetime) -> str:
    return f"/Date({unix_ms(moment)})/"


def saved(message: str, entity: str, number: int, **attributes: object) -> Write:
    def write(moment: datetime) -> object:
        target = {"Attributes": [{"key": name, "value": value} for name, value in attributes.items()], "LogicalName": entity}
        return {
            "InputParameters": [{"key": "Target", "value": target}],
            "MessageName": message,
            "OperationCreatedOn": microsoft(moment),
            "OperationId": f"{entity}-{number}-{moment}",
            "OrganizationId": "4ef5",
            "PrimaryEntityId": f"{entity}-{number}",
            "PrimaryEntityName": entity,
        }

    return write


def owned_by(user: str) -> dict[str, object]:
    return {"ownerid": {"Id": user, "LogicalName": "systemuser", "Name": None}}


def created(entity: str, number: int, *, owner: str = ANA, state: int = OPEN, **attributes: object) -> Write:
    return saved("Create", entity, number, **owned_by(owner), statecode={"Value": state}, **attributes)


def updated(entity: str, number: int, *, state: int | None = None, **attributes: object) -> Write:
    stated: dict[str, object] = {} if state is None else {"statecode": {"Value": state}}
    return saved("Update", entity, number, **stated, **attributes)


def handed_over(entity: str, number: int, user: str) -> Write:
    return saved("Update", entity, number, **owned_by(user))


def meeting(number: int, start: str) -> Write:
    return created("appointment", number, state=SCHEDULED, scheduledstart=microsoft(at(start)))


WEEK: Final = Week(
    sender="dataverse",
    users={"Ana": ANA, "Ben": BEN},
    lines=[
        ("Mon 16 09:00", "Ana creates a phone call ...", created("phonecall", 1, directioncode=True)),
        (
            "Mon 16 09:05",
            "... and has reached the customer.",
            updated("phonecall", 1, state=COMPLETED, actualend=microsoft(at("Mon 16 09:04")), actualdurationminutes=4),
        ),
        ("Tue 17 09:20", "She corrects the duration.", updated("phonecall", 1, actualdurationminutes=5)),
        ("Mon 16 10:00", "She creates a phone call by mistake ...", created("phonecall", 2, directioncode=True)),
        ("Mon 16 10:02", "(it is completed)", updated("phonecall", 2, state=COMPLETED)),
        ("Mon 16 10:05", "... and deletes it.", saved("Delete", "phonecall", 2)),
        ("Mon 16 11:00", "She books a meeting for Thursday (A).", meeting(11, "Thu 19 10:00")),
        ("Mon 16 11:05", "She books a meeting for Wednesday (B).", meeting(12, "Wed 18 10:00")),
        ("Mon 16 11:15", "She books a meeting for Friday (D).", meeting(14, "Fri 20 14:00")),
        (
            "Tue 17 09:00",
            "Meeting B is moved to Friday.",
            updated("appointment", 12, scheduledstart=microsoft(at("Fri 20 10:00"))),
        ),
        ("Wed 18 15:00", "Meeting D is cancelled.", updated("appointment", 14, state=CANCELED)),
        (
            "Thu 19 11:00",
            "Meeting A has been held.",
            updated("appointment", 11, state=COMPLETED, actualend=microsoft(at("Thu 19 11:00"))),
        ),
        ("Mon 23 08:30", "Meeting B was held on Friday.", updated("appointment", 12, state=COMPLETED)),
        ("Mon 16 13:55", "Ana writes a mail ...", created("email", 21, directioncode=True)),
        ("Mon 16 14:00", "... and sends it.", updated("email", 21, state=COMPLETED, actualend=microsoft(at("Mon 16 14:00")))),
        ("Mon 16 15:00", "A task is created ...", created("task", 31, scheduledend=microsoft(at("Wed 18 09:00")))),
        ("Tue 17 15:00", "... and done early.", updated("task", 31, state=COMPLETED)),
        ("Mon 16 15:05", "A task is created ...", created("task", 32, scheduledend=microsoft(at("Wed 18 09:00")))),
        (
            "Thu 19 15:00",
            "... and done late.",
            updated("task", 32, state=COMPLETED, actualend=microsoft(at("Thu 19 15:00"))),
        ),
        ("Mon 16 15:10", "A task is created ...", created("task", 33, scheduledend=microsoft(at("Wed 18 09:00")))),
        ("Tue 17 15:10", "... done ...", updated("task", 33, state=COMPLETED)),
        ("Wed 18 09:00", "... and reopened.", updated("task", 33, state=OPEN)),
        ("Mon 16 16:00", "Deal 1 begins.", created("opportunity", 41)),
        ("Thu 19 16:00", "Deal 1 is won.", updated("opportunity", 41, state=WON, actualvalue={"Value": 1250.0})),
        ("Fri 20 16:00", "Deal 1 is reopened.", updated("opportunity", 41, state=OPEN)),
        ("Mon 23 16:00", "Deal 1 is lost.", updated("opportunity", 41, state=LOST)),
        ("Mon 16 16:30", "Deal 2 begins.", created("opportunity", 42)),
        ("Tue 17 16:30", "Deal 2 is won.", updated("opportunity", 42, state=WON)),
        ("Tue 24 09:00", "Ben takes over deal 2.", handed_over("opportunity", 42, BEN)),
        ("Fri 20 10:00", "Deal 6 begins ...", created("opportunity", 46)),
        ("Mon 23 10:00", "... and is deleted.", saved("Delete", "opportunity", 46)),
    ],
    not_sent=["Calls that nobody answered, missed meetings, and the stages of an open opportunity"],
    table="""
                       Mon 16  Tue 17  Wed 18  Thu 19  Fri 20  Mon 23
Ana calls                   1       .       .       .       .       .
Ana conversations           1       .       .       .       .       .
Ana meetings booked         3       .       .       .       .       .
Ana meetings held           .       .       .       1       1       .
Ana mails                   1       .       .       .       .       .
Ana tasks                   .       1       .       1       .       .
Ana stage moves             2       .       .       .       .       .
Ana wins                    .       1       .       .       .       .
Ana losses                  .       .       .       .       .       1
""",
)
