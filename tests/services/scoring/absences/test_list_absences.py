"""What managers have entered, as a list."""

from datetime import timedelta

from services.scoring.absences.list_absences import list_absences
from tests.services.scoring.absences.conftest import FRIDAY, OLE, THURSDAY, TUESDAY, WEDNESDAY, Absences
from tests.services.scoring.conftest import ANA, BEN, MONDAY, ROSTER


async def test_days_without_a_gap_that_were_entered_together_are_one_row(absences: Absences) -> None:
    await absences.scoring.apply(roster=ROSTER.replace("Mara Lind}", "Mara Lind}, {id: ole, name: Ole}"))
    await absences.enter(MONDAY, WEDNESDAY, rep=BEN)
    await absences.enter(THURSDAY, FRIDAY, manager=OLE)
    absences.scoring.now += timedelta(minutes=1)
    await absences.enter(MONDAY, MONDAY)
    await absences.enter(WEDNESDAY, THURSDAY)
    await absences.scoring.apply(roster=ROSTER.replace("      - {id: ben, name: Ben Ode, timezone: America/New_York", "#"))

    listed = await list_absences(absences.scoring.pool, absences.scoring.cache)

    assert [(row.rep, row.rep_name, row.first, row.last, row.entered_by) for row in listed.rows] == [
        (ANA, "Ana Ruiz", MONDAY, MONDAY, "Mara Lind"),
        (ANA, "Ana Ruiz", WEDNESDAY, WEDNESDAY, "Mara Lind"),
        (ANA, "Ana Ruiz", THURSDAY, FRIDAY, "ole"),
        (BEN, "", MONDAY, WEDNESDAY, "Mara Lind"),
    ]
    assert [row.entered_at == absences.scoring.now for row in listed.rows] == [True, True, False, False]
    assert TUESDAY not in {row.first for row in listed.rows}
