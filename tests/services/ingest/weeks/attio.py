"""Attio: each webhook has the ids of a record and of who acted. It has no time: what arrives first dates it."""

from datetime import datetime
from typing import Final

from tests.services.ingest.weeks.week import Week, Write

ANA: Final = "50cf242c"
BEN: Final = "60cf242d"


def event(event_type: str, *, actor: str = ANA, **ids: str) -> Write:
    def write(_: datetime) -> object:
        sent = {
            "event_type": event_type,
            "id": {"workspace_id": "14beef7a", **ids},
            "actor": {"type": "workspace-member", "id": actor},
        }
        return {"webhook_id": "23e4", "events": [sent]}

    return write


WEEK: Final = Week(
    sender="attio",
    users={"Ana": ANA, "Ben": BEN},
    lines=[
        (
            "Mon 16 10:05",
            "Ana records a meeting ...",
            event("call-recording.created", meeting_id="m1", call_recording_id="r1"),
        ),
        (
            "Mon 16 10:45",
            "... in two parts.",
            event("call-recording.created", meeting_id="m1", call_recording_id="r2"),
        ),
        (
            "Tue 17 23:30",
            "Ben records a meeting late on Tuesday.",
            event("call-recording.created", actor=BEN, meeting_id="m2", call_recording_id="r3"),
        ),
        ("Mon 16 11:00", "Ana writes a note.", event("note.created", note_id="n1")),
        ("Tue 17 11:00", "She writes another one ...", event("note.created", note_id="n2")),
        ("Wed 18 11:00", "... and deletes it.", event("note.deleted", note_id="n2")),
        ("Mon 16 12:00", "She creates a task, which nobody has done by that.", event("task.created", task_id="t1")),
        ("Mon 16 13:00", "A deal changes; Attio does not say how.", event("record.updated", record_id="d1", object_id="deals")),
    ],
    not_sent=[
        "Won deals, and meetings that nobody recorded: Attio says that a record changed but not how.",
        "That a task was done: Attio says that it was created, and by whom.",
    ],
    table="""
                       Mon 16  Tue 17
Ana meetings held           1       .
Ana notes                   1       .
Ben meetings held           .       1
""",
)
