"""The pages of a day in Spanish, as a visitor whose browser prefers it reads them: over HTTP, on a real database."""

from typing import Final

import pytest

from services.nudges.domain.feedback.disputes import DisputeReason
from services.nudges.domain.roster.access import PersonToday
from services.nudges.pages.disputes.dispute_activity import dispute_activity
from shared.events import Presence
from tests.services.nudges.builders.days import MONDAY, NOON, at, working_days
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN, MARA, NORTH, make_rep
from tests.services.nudges.builders.reports import goal, open_report, report, worked_days
from tests.services.nudges.builders.rosters import rep_today, roster_today
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.experiments.experiment import run_experiment
from tests.services.nudges.pages.disputes.disputing import COUNTED_ID
from tests.services.nudges.pages.disputes.explanations import COUNTED, explain_activities
from tests.services.nudges.pages.doors.visits import Visits
from tests.services.nudges.pages.reading import read

ZOE: Final = make_rep("zoe", "Zoe Zed")


async def _read(visits: Visits, person: str, path: str) -> str:
    page = await (await visits.sign_in(person)).get(path, headers={"Accept-Language": "es"})
    assert page.status_code == 200, path
    return read(page)


async def test_today_is_read_in_spanish(visits: Visits, rows: Rows) -> None:
    """Ana is behind what is usual, no calls arrive, and Zoe is away."""
    for day in working_days(5, until=MONDAY):
        await rows.add_day(report(day, score=80))
    await rows.pool.execute('UPDATE day SET score_by_quarter_hour = \'{"40": "50"}\'')
    await rows.add_day(report(score=100, state="open"))
    await rows.add_day(open_report(rep=ZOE, presence=Presence.ABSENT))
    await rows.pool.execute(
        "INSERT INTO silent_feed (team_id, team_name, behaviour, label, since, because) VALUES ($1, '', 'c', 'Calls', $2, '')",
        NORTH.id,
        at(MONDAY, "09:10"),
    )
    mara = PersonToday(id=MARA.id, name=MARA.name, manages=(NORTH.id,))
    visits.roster.today = roster_today(rep_today(ANA), rep_today(ZOE), mara)

    assert await _read(visits, "mara", "/today?undone=x") == (
        "Hoy Deshecho. Es como si no hubieras pulsado el botón. Ordenar: nombre le vendría bien una mano "
        "North Lunes 2 de marzo, 12:00 1 con el plan cumplido · 1 ausente "
        "Ana Ruiz Puntuación 100 calls 10/10 10 de 10 sin datos desde las 09:10 lo habitual a esta hora 50 "
        "Últimos días laborables: 80, 80, 80, 80, 80. racha 1 Zoe Zed Ausente hoy."
    )


async def test_a_rep_and_a_day_of_theirs_are_read_in_spanish(visits: Visits, rows: Rows) -> None:
    month = goal(31)
    for day in (*worked_days(*[60.0] * 4), open_report(goals=(month,))):
        await rows.add_day(day)
    await rows.add_ladder(ANA.id, month.key, month.period_start, reached=30)
    await rows.add_nudge(await rows.add_thanks(ANA, text="Great save"))
    await rows.add_nudge(await rows.add_thanks(ANA, BEN, text="", is_from_colleague=True))
    await dispute_activity(rows.pool, explain_activities(COUNTED), COUNTED_ID, DisputeReason.NOT_MINE, now=NOON)

    own, sheet = await _read(visits, "ana", "/you/ana/-"), await _read(visits, "ana", f"/you/ana/-/day/{MONDAY}")

    for shown in (
        "Hoy, lunes 2 de marzo Puntuación por ahora: 0 Calls 0% 0 de 10 Falta: 10 calls. Qué se registró",
        "Cinco días trabajados del martes 24 de febrero al lunes 2 de marzo.",
        "Puntuaciones de 0 a 60; de 100 o más en 0 de ellos.",
        "Lunes 2 de marzo: 0,00 por ahora",
        "Mejor puntuación: 60, el viernes. Máximo en un día: 1 call, el viernes.",
        "Calls this month: 31 por ahora 60 siguiente: faltan 29 30 alcanzado",
        "Mensajes de tus responsables y colegas Ben Ode Hoy Gracias. Mara Lind Hoy «Great save»",
        "Lunes 2 de marzo Puntuación por ahora: 0 1 objeción Viernes 27 de febrero Puntuación: 60",
    ):
        assert shown in own, shown
    assert sheet.startswith("Ana Ruiz Lunes 2 de marzo de 2026 Puntuación: 50 Comportamiento Contado Puntos Calls 1 de 2 50,00")
    assert "Llamada no cuenta 09:00 Conectada, 20000,00 EUR" in sheet
    assert "Tú: fue trabajo de otra persona (lunes 2 de marzo) Registrado en: acme, c/1 Retirar : Llamada, 10:08" in sheet


@pytest.mark.parametrize(
    ("person", "path", "shown"),
    [
        ("mara", "/recognise/mara/ana/-", "Con «Solo dar las gracias», Ana lee: Mara Lind te da las gracias."),
        ("mara", "/recognise/mara/ana/-", "Ana Ruiz Hoy «Great save» Enviado hoy a las 12:00, hora de Madrid."),
        ("jon", "/wins", "Ana Ruiz Agradecimiento Mara Lind ha dado las gracias a Ana."),
        ("jon", "/wins", "Ana Ruiz Racha Ana lleva una buena racha."),
        ("mara", "/absence/mara/ana/-?from=2026-03-02&until=2026-03-06", "ausente del lunes 2 de marzo al viernes 6 de marzo."),
    ],
)
async def test_thanks_wins_and_absences_are_read_in_spanish(
    visits: Visits, rows: Rows, person: str, path: str, shown: str
) -> None:
    await rows.add_day(report())
    await rows.add_nudge(await rows.add_thanks(ANA, text="Great save"))
    await rows.add_nudge(make_nudge("streak", rule="streak"))

    assert shown in await _read(visits, person, path)


async def test_effects_are_read_in_spanish(visits: Visits, rows: Rows) -> None:
    await run_experiment(rows, sent_adds=4)
    await rows.add_nudge(make_nudge("streak", rule="streak"))

    page = await _read(visits, "mara", "/effects")

    assert (
        "Todavía no se sabe: la comparación tiene hasta ahora 0 con el mensaje y 0 sin él; hacen falta al "
        "menos 10 personas en cada grupo." in page
    )
    assert "Enviados: 1; retenidos: 0; respondidos: 0" in page
    assert "Plan cumplido: +3,3 puntos, entre +2,2 y +4,4" in page
