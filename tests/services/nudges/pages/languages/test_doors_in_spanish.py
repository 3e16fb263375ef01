"""Signing in, and what says why a page does not open, in the Spanish of a browser or of its visitor: over HTTP, on a real
database."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import asyncpg
import httpx
import pytest
from starlette.responses import Response

from services.nudges.pages.entrance import OUTSIDE
from services.nudges.pages.rendering import Renderer
from services.nudges.preferences.stored_preferences import save_language
from shared.languages.current import using_language
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.people import ANA
from tests.services.nudges.pages.doors.visits import Visits, visiting
from tests.services.nudges.pages.languages.leftovers import english_in
from tests.services.nudges.pages.reading import read


async def test_signing_in(pool: asyncpg.Pool) -> None:
    async with visiting(pool, asked_max=1) as visits, visits.browser() as browser:
        browser.headers["Accept-Language"] = "es"
        form = {"typed": "ana@example.com"}
        asked, refused = [read(await browser.post("/sign-in", data=form)) for _ in range(2)]
        ((_, message),) = visits.mail.sent
        link = read(await browser.get(message.url))
        await browser.post(message.url)
        used = read(await browser.get(message.url))

    assert "Si te conocemos, te hemos enviado un enlace. Mira tu correo o tus mensajes." in asked
    assert "Se han pedido demasiados enlaces desde tu red. Inténtalo de nuevo dentro de diez minutos." in refused
    assert "Tu correo, o tu nombre tal como figura en la plantilla de tu equipo Envíame un enlace" in refused
    assert (message.subject, message.link_label) == ("Iniciar sesión en Daymark", "Iniciar sesión")
    assert message.paragraphs == (
        "Aquí tienes tu enlace para iniciar sesión en Daymark. Funciona una sola vez y durante 15 minutos.",
    )
    assert message.reason[0].startswith("Alguien, probablemente tú, lo ha pedido")
    assert link.startswith("¿Iniciar sesión como Ana Ruiz? Iniciar sesión La sesión sigue abierta")
    assert (
        used
        == "Este enlace ha caducado Un enlace para iniciar sesión funciona una sola vez y durante 15 minutos. Pide uno nuevo ."
    )
    assert english_in(" ".join([asked, refused, link, used]), "es") == []


async def test_the_link_is_sent_in_the_language_of_its_person_and_not_of_whoever_asks(visits: Visits) -> None:
    await save_language(visits.pool, ANA.id, "es", now=NOON)
    async with visits.browser() as browser:
        page = await browser.post("/sign-in", data={"typed": "ana@example.com"})

    assert "If we know you, a link is on its way." in read(page)
    assert visits.mail.sent[0][1].subject == "Iniciar sesión en Daymark"


RENDERER: Final = Renderer()
CLOSED: Final[Mapping[str, tuple[Callable[[], Response], str]]] = {
    "unavailable": (RENDERER.unavailable, "No disponible por el momento Ahora mismo no podemos mostrar esta página."),
    "not found": (RENDERER.not_found, "Página no encontrada La dirección está incompleta, ya no funciona"),
    "link ended": (RENDERER.link_ended, "Este enlace ha caducado Los enlaces de los mensajes funcionan durante 14 días."),
    "address ended": (
        partial(RENDERER.address_ended, "/sign-in"),
        "Esta dirección ha caducado Ahora tienes que iniciar",
    ),
    "stale form": (partial(RENDERER.stale_form, OUTSIDE), "No se ha guardado nada Esa página se abrió antes"),
    "no pages": (partial(RENDERER.page, "no_pages.html"), "Todavía no hay ninguna página para ti Estás en la plantilla"),
    "not listed": (partial(RENDERER.page, "openid_refused.html", is_listed=False), "No has iniciado sesión Has iniciado"),
    "refused": (partial(RENDERER.page, "openid_refused.html", is_listed=True), "No has iniciado sesión No hemos podido"),
    "welcome": (
        partial(RENDERER.page, "welcome.html", typed="", is_refused=True),
        "Te damos la bienvenida a Daymark Nadie ha llegado antes que tú.",
    ),
    "welcome ended": (partial(RENDERER.page, "welcome_ended.html"), "Este enlace ha caducado Funciona una sola vez"),
}


@pytest.mark.parametrize("name", CLOSED)
def test_what_does_not_open_says_why(name: str) -> None:
    render, begins = CLOSED[name]
    with using_language("es"):
        text = read(httpx.Response(200, content=bytes(render().body)))

    assert text.startswith(begins)
    assert english_in(text, "es") == []
