"""Odoo: the chosen fields of an opportunity, whenever its stage changes."""

from datetime import datetime
from typing import Final

from tests.services.ingest.weeks.week import Week, Write

ANA: Final = 8
BEN: Final = 9
NEW, QUALIFIED, PROPOSITION, WON = 1, 2, 3, 4


def deal(number: int, stage: int, *, owner: int = ANA, closed: bool = False) -> Write:
    def write(moment: datetime) -> object:
        now = f"{moment:%Y-%m-%d %H:%M:%S}"
        return {
            "_model": "crm.lead",
            "_id": number,
            "_action": "Send Webhook(#7)",
            "id": number,
            "user_id": owner,
            "stage_id": stage,
            "expected_revenue": 1200.5,
            "date_closed": now if closed else False,
            "date_last_stage_update": now,
            "write_date": now,
        }

    return write


WEEK: Final = Week(
    sender="odoo",
    users={"Ana": str(ANA), "Ben": str(BEN)},
    kinds={str(PROPOSITION): "proposal_sent"},
    lines=[
        ("Mon 16 16:00", "Deal 1 begins.", deal(41, NEW)),
        ("Tue 17 16:00", "Deal 1 is qualified.", deal(41, QUALIFIED)),
        ("Wed 18 16:00", "Ana proposes deal 1.", deal(41, PROPOSITION)),
        ("Thu 19 16:00", "Deal 1 is won.", deal(41, WON, closed=True)),
        ("Fri 20 16:00", "Deal 1 is reopened.", deal(41, PROPOSITION)),
        ("Mon 16 16:30", "Deal 2 begins.", deal(42, NEW)),
        ("Tue 17 16:30", "Deal 2 is won.", deal(42, WON, closed=True)),
        ("Tue 24 16:40", "Ben takes over deal 3 as he proposes it.", deal(43, PROPOSITION, owner=BEN)),
        ("Mon 16 16:40", "Deal 3 begins.", deal(43, NEW)),
    ],
    not_sent=["A lost opportunity: Odoo archives it in its stage."],
    tables={
        "Thu 19": """
                       Mon 16  Tue 17  Wed 18  Thu 19
Ana stage moves             3       1       .       .
Ana proposals               .       .       1       .
Ana wins                    .       1       .       1
""",
    },
    table="""
                       Mon 16  Tue 17  Wed 18  Tue 24
Ana stage moves             3       1       .       .
Ana proposals               .       .       1       .
Ana wins                    .       1       .       .
Ben proposals               .       .       .       1
""",
)
