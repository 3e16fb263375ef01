"""The inbox, answers, preferences and tokens as somebody reads them who has chosen Spanish: over HTTP, on a real database."""

from datetime import timedelta
from typing import Final

import httpx
import pytest

from services.nudges.domain.feedback.undo import UNDO_FOR
from services.nudges.preferences.stored_preferences import save_language
from shared.events import Mention, Nudge, NudgeId, NudgeKind, Person
from tests.services.nudges.builders.days import MONDAY, NOON, TUESDAY, at
from tests.services.nudges.builders.managed_teams import lead
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, MARA
from tests.services.nudges.builders.reports import open_report
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.doors.visits import Visits, field_of
from tests.services.nudges.pages.languages.leftovers import english_in
from tests.services.nudges.pages.reading import read

PAGES: Final = {
    "/inbox/mara/-": (
        "Pendiente",
        "enviado a las 11:00 (hora de Madrid) Texto. Por qué: Motivo.",
        "He hablado con Ana",
        "Incorrecto…",
        "Falta algo en los registros",
        "Escribir a Ana…",
        "Programados Estos mensajes esperan un buen momento.",
        "Se revisará de nuevo a las 09:00 (hora de Madrid) En espera: ha terminado el horario laboral",
        "En espera: no llegan datos de calls",
        "dar las gracias a la persona de esta tarjeta, o decir que ya lo has hecho",
        "Usar estas teclas en este navegador Cerrar",
    ),
    "/inbox/mara/-?kind=correction": ("No tienes pendiente nada que coincida. Mostrar todo", "No hay mensajes."),
    "/mail/mara/-?saved": (
        "Tus mensajes de Daymark Guardado. Qué recibes, cuándo y dónde Quiero recibir",
        "A quién dar las gracias, con los datos",
        "El correo está activado. Va dirigido solo a ti.",
    ),
    "/tokens?revoked": ("Revocado. Crear un token ¿Para qué es?", "Aún no hay ninguno."),
}


def _sent(name: str, kind: NudgeKind, rule: str, *, person: Person = ANA) -> Nudge:
    sent = make_nudge(name, person=person, kind=kind, rule=rule, text="Texto.", reason="Motivo.", occasion=name)
    return sent.model_copy(update={"send_at": NOON - timedelta(hours=1)})


@pytest.fixture
async def browser(visits: Visits, rows: Rows) -> httpx.AsyncClient:
    """Mara, who reads Spanish. Ana was praised and got a hint, two messages wait, and Mara has had a message of her own."""
    await lead(rows.pool, ANA, newest_day=MONDAY)
    await rows.add_day(open_report())
    digest = _sent("digest", NudgeKind.DIGEST, "digest", person=MARA).model_copy(update={"about": (Mention(id=ANA.id),)})
    for nudge in (digest, _sent("praise", NudgeKind.CELEBRATION, "plan_done"), _sent("hint", NudgeKind.COACHING, "drop")):
        await rows.add_nudge(nudge)
    for because in ("after working hours", "no data is arriving from calls"):
        nudge = _sent(because[:5], NudgeKind.CELEBRATION, "plan_done")
        await rows.add_nudge(nudge.model_copy(update={"send_at": at(TUESDAY, "09:00")}), status="deferred", because=because)
    await save_language(visits.pool, MARA.id, "es", now=NOON)
    return await visits.sign_in("mara")


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_has_no_english_on_it(browser: httpx.AsyncClient, path: str) -> None:
    text = read(await browser.get(path))

    assert [sentence for sentence in PAGES[path] if sentence not in text] == []
    assert english_in(text, "es") == []


async def test_answers_are_noted_undone_and_refused_in_it(browser: httpx.AsyncClient, visits: Visits) -> None:
    form = {"csrf": field_of(await browser.get("/inbox/mara/-"))}
    for answer in ("praise/recognised/-", "hint/wrong/missing", "digest/not_useful/-"):
        await browser.post(f"/inbox/mara/-/answer/{answer}", data=form)
    fresh = read(await browser.get("/inbox/mara/-"))
    visits.pass_time(UNDO_FOR)
    late = read(await browser.get("/inbox/mara/-?late=hint"))
    refused = read(await browser.post("/mail/mara/-/save", data=form | {"not_before": "nine"}))
    token, again = [read(await browser.post("/tokens/make", data=form | {"name": "Panel"})) for _ in range(2)]

    assert "Anotado: ya has dado las gracias a Ana. Deshacer tu respuesta: " in fresh
    assert "Anotado: incorrecto. Ana no recibirá mensajes como este durante 14 días." in fresh
    assert "Anotado: no es útil. No recibirás mensajes como este durante 30 días." in fresh
    assert "Ya es tarde para deshacerlo: han pasado 10 segundos o alguien lo ha cambiado." in late
    assert "Tú: incorrecto (falta algo en los registros)" in late
    assert "No se ha cambiado nada. Escribe las horas con horas y minutos, por ejemplo 09:30. Qué recibes" in refused
    assert "Tu token «Panel»" in token
    assert "Creado el lunes 2 de marzo de 2026. Aún sin usar. Funciona hasta el martes 2 de marzo de 2027." in token
    assert "Ya tienes un token con este nombre. Elige otro nombre o revoca antes ese token." in again
    assert english_in(" ".join([fresh, late, refused, token, again]), "es") == []


async def test_the_page_of_a_message_offers_it_again_later_in_it(
    browser: httpx.AsyncClient, visits: Visits, rows: Rows
) -> None:
    await rows.add_delivery(NudgeId("digest"), "personal", state="delivered", queued_at=NOON)
    address = visits.links.answer_url(NudgeId("digest"), MARA.id)
    page = read(await browser.get(address))
    again = read(await browser.post(f"{address}/later", follow_redirects=True))

    assert page.startswith("¿Qué te parece este mensaje?")
    assert "Enviármelo otra vez a las 14:00" in page
    assert "Si respondes «No es útil», no recibirás mensajes como este durante 30 días." in page
    assert "Recibirás este mensaje otra vez hoy, más tarde." in again
    assert "Lo recibirás otra vez hoy a las 14:00." in again
    assert english_in(page + again, "es") == []
