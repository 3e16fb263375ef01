"""monday.com: each webhook has one change of one item. What a board is, the source says."""

from datetime import datetime
from typing import Final

from tests.services.ingest.weeks.week import Week, Write, iso

ANA: Final = 101
BEN: Final = 102
DEALS, CALLS, TASKS = 4101, 4102, 4103


def event(kind: str, board: int, number: int, *, by: int = ANA, **more: object) -> Write:
    def write(moment: datetime) -> object:
        identity = {"itemId": number} if kind == "delete_pulse" else {"pulseId": number}
        sent = {
            "app": "monday",
            "type": kind,
            "triggerTime": iso(moment),
            "isRetry": False,
            "userId": by,
            "boardId": board,
            "triggerUuid": f"{kind}-{number}-{iso(moment)}",
            **identity,
            **({} if kind == "delete_pulse" else {"changedAt": moment.timestamp()}),
            **more,
        }
        return {"event": sent}

    return write


def created(board: int, number: int, *, by: int = ANA) -> Write:
    return event("create_pulse", board, number, by=by)


def labelled(board: int, number: int, label: str, *, by: int = ANA) -> Write:
    value = {"label": {"index": 1, "text": label, "is_done": False}}
    return event("update_column_value", board, number, by=by, columnId="status", columnType="color", value=value)


def assigned(board: int, number: int, to: int) -> Write:
    value = {"personsAndTeams": [{"id": to, "kind": "person"}]}
    return event("update_column_value", board, number, columnId="people", columnType="multiple-person", value=value)


def renamed(board: int, number: int) -> Write:
    return event("update_name", board, number, value={"name": "Another name"})


WEEK: Final = Week(
    sender="monday",
    users={"Ana": str(ANA), "Ben": str(BEN)},
    kinds={str(TASKS): "task", "Proposal": "proposal_sent"},
    outcomes={"No answer": "no_answer"},
    lines=[
        ("Mon 16 09:00", "Ana creates a call ...", created(CALLS, 1)),
        ("Mon 16 09:05", "... and has reached the customer.", labelled(CALLS, 1, "Done")),
        ("Tue 17 09:20", "She renames it.", renamed(CALLS, 1)),
        ("Mon 16 10:00", "She creates a call by mistake ...", created(CALLS, 2)),
        ("Mon 16 10:01", "(it is done)", labelled(CALLS, 2, "Done")),
        ("Mon 16 10:05", "... and deletes it.", event("delete_pulse", CALLS, 2)),
        ("Mon 16 10:30", "She plans a call ...", created(CALLS, 3)),
        ("Tue 17 10:30", "... and nobody answers.", labelled(CALLS, 3, "No answer")),
        ("Mon 16 15:00", "A task is created ...", created(TASKS, 31)),
        ("Tue 17 15:00", "... and done.", labelled(TASKS, 31, "Done")),
        ("Mon 16 15:05", "A task is created ...", created(TASKS, 32)),
        ("Wed 18 15:00", "... begun ...", labelled(TASKS, 32, "Working on it")),
        ("Thu 19 15:00", "... and done.", labelled(TASKS, 32, "Done")),
        ("Mon 16 15:10", "A task is created ...", created(TASKS, 33)),
        ("Tue 17 15:10", "... done ...", labelled(TASKS, 33, "Done")),
        ("Wed 18 09:00", "... and reopened.", labelled(TASKS, 33, "Working on it")),
        ("Mon 16 16:00", "Deal 1 begins.", created(DEALS, 41)),
        ("Mon 16 16:01", "It is new.", labelled(DEALS, 41, "New")),
        ("Tue 17 16:00", "Ana proposes deal 1.", labelled(DEALS, 41, "Proposal")),
        ("Wed 18 16:00", "Deal 1 is negotiated.", labelled(DEALS, 41, "Negotiation")),
        ("Thu 19 16:00", "Deal 1 is won.", labelled(DEALS, 41, "Won")),
        ("Fri 20 16:00", "Deal 1 is reopened.", labelled(DEALS, 41, "Negotiation")),
        ("Mon 23 16:00", "Deal 1 is lost.", labelled(DEALS, 41, "Lost")),
        ("Mon 16 16:30", "Deal 2 is new.", labelled(DEALS, 42, "New")),
        ("Tue 17 16:30", "Deal 2 is won.", labelled(DEALS, 42, "Won")),
        ("Tue 24 09:00", "Ben takes over deal 2.", assigned(DEALS, 42, BEN)),
        ("Mon 16 16:40", "Deal 3 is new.", labelled(DEALS, 43, "New")),
        ("Tue 24 09:05", "Ben takes over deal 3 ...", assigned(DEALS, 43, BEN)),
        ("Wed 25 09:00", "... and proposes it.", labelled(DEALS, 43, "Proposal", by=BEN)),
        ("Wed 18 09:00", "Ben begins deal 4.", labelled(DEALS, 44, "New", by=BEN)),
        ("Wed 18 12:00", "It becomes Ana's at noon.", assigned(DEALS, 44, ANA)),
        ("Fri 20 10:00", "Deal 6 is new ...", labelled(DEALS, 46, "New")),
        ("Mon 23 10:00", "... is deleted ...", event("delete_pulse", DEALS, 46)),
        ("Tue 24 10:00", "... and restored.", event("restore_pulse", DEALS, 46)),
    ],
    not_sent=[
        "When a meeting takes place, and that it was booked before, unless a column of yours says so and `fields` maps it.",
        "A label that is corrected later: the activity counts on the day of its last label.",
    ],
    tables={
        "Thu 19": """
                       Mon 16  Tue 17  Wed 18  Thu 19
Ana calls                   1       1       .       .
Ana conversations           1       .       .       .
Ana tasks                   .       1       .       1
Ana stage moves             3       .       2       .
Ana proposals               .       1       .       .
Ana wins                    .       1       .       1
""",
    },
    table="""
                       Mon 16  Tue 17  Wed 18  Thu 19  Fri 20  Mon 23  Tue 24  Wed 25
Ana calls                   1       1       .       .       .       .       .       .
Ana conversations           1       .       .       .       .       .       .       .
Ana tasks                   .       1       .       1       .       .       .       .
Ana stage moves             3       .       2       .       1       .       .       .
Ana proposals               .       1       .       .       .       .       .       .
Ana wins                    .       1       .       .       .       .       .       .
Ana losses                  .       .       .       .       .       1       .       .
Ben proposals               .       .       .       .       .       .       .       1
""",
)
