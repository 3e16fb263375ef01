"""Lists, singulars and contractions, in each language."""

import pytest

from shared.languages.current import using_language
from shared.languages.grammar import either, filled, joined, singular, worded


@pytest.mark.parametrize(
    ("plural", "single"),
    [
        ("Llamadas", "Llamada"),
        ("Reuniones", "Reunión"),
        ("Reuniones reservadas", "Reunión reservada"),
        ("Visitas a clientes", "Visita a clientes"),
        ("Clientes nuevos", "Cliente nuevo"),
        ("Oportunidades creadas", "Oportunidad creada"),
        ("Contactos comerciales", "Contacto comercial"),
        ("Planes de 2 meses", "Plan de 2 meses"),
        ("Cierres", "Cierre"),
        ("Veces", "Vez"),
        ("Emails", "Email"),
        ("Análisis", "Análisis"),
        ("Interés", "Interés"),
        ("Seguimiento", "Seguimiento"),
    ],
)
def test_a_spanish_label_of_many_becomes_one_of_a_single_thing(plural: str, single: str) -> None:
    with using_language("es"):
        assert singular(plural) == single


def test_a_list_ends_as_its_language_ends_it() -> None:
    parts = ["llamadas", "reuniones", "propuestas"]

    assert joined(parts) == "llamadas, reuniones and propuestas"
    with using_language("es"):
        assert joined(parts) == "llamadas, reuniones y propuestas"
        assert [joined(["Ana", name]) for name in ("Inés", "Hilario", "Hierro", "Íñigo", "Yago")] == [
            "Ana e Inés",
            "Ana e Hilario",
            "Ana y Hierro",
            "Ana e Íñigo",
            "Ana y Yago",
        ]
        assert (joined([]), joined(["Ana"])) == ("", "Ana")


def test_alternatives_are_joined_as_their_language_joins_them() -> None:
    assert [either([]), either(["a"]), either(["a", "b", "other"])] == ["", "a", "a or b or other"]
    with using_language("es"):
        assert either(["llamada", "otro", "correo", "Óscar", "hora", "'open'", "80", "visita"]) == (
            "llamada u otro o correo u Óscar u hora u 'open' u 80 o visita"
        )


def test_a_value_brings_its_own_full_stop_and_in_spanish_its_article() -> None:
    assert filled("Away: {names}. {names}, a {day}", names="Ana R.", day="el martes") == "Away: Ana R. Ana R., a el martes"
    with using_language("es"):
        texts = worded("Cifras de {day}.", "Hasta a {day}, de {name}", day="el martes", name="Elena")
        assert texts == ("Cifras del martes.", "Hasta al martes, de Elena")
        assert filled("De {day}: {quote}", day="hoy", quote="de el {day}") == "De hoy: de el {day}"
