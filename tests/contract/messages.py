"""`docs/messages.md`: every message that people receive, with an example; and the same page in the other languages, such as
`docs/messages-es.md`. `python -m tests.contract.messages` writes them."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from shared.events import NudgeKind
from shared.languages.catalogue import ENGLISH
from shared.languages.current import current_language, using_language
from tests.services.nudges.rules.shown import Example, examples

_DOCS: Final = Path(__file__).parents[2] / "docs"
MESSAGES: Final = _DOCS / "messages.md"
_INTRODUCTION: Final = """# Messages

Every message that Daymark sends, with an example of what its recipient sees. The Harbor team sells software, and Laura Klein
leads it.

Most messages have several wordings, so that nobody gets the same one twice in two weeks. Each has a reason line with the facts
behind it. A rep gets at most one message a day, within their working hours, and none on a holiday or a full day of leave.
Announcements, corrections, what a manager says to a rep, and the day plan, where it is turned on for a team or a rep, come on
top. Several nudges can travel in one message. A manager gets at most one message on a working morning, and within
the hour one about new disputes; their leave is not known. Each person chooses what they get, except for announcements and
corrections.

This page is generated from the code: `python -m tests.contract.messages` writes it.
"""
_SPANISH: Final = """# Mensajes

Todos los mensajes que envía Daymark, con un ejemplo de lo que ve quien lo recibe. El equipo Harbor vende software, y Laura
Klein es su responsable.

La mayoría de los mensajes tienen varias redacciones, para que nadie reciba la misma dos veces en dos semanas. Cada uno tiene
una línea con los datos en que se basa. Un comercial recibe como mucho un mensaje al día, dentro de su horario laboral, y
ninguno en un festivo o un día completo de ausencia. Aparte llegan los anuncios, las correcciones, lo que un responsable dice
a un comercial y el plan del día, donde esté activado para un equipo o un comercial. Varios avisos pueden ir en un mismo
mensaje. Un responsable recibe como mucho un mensaje por mañana laborable y, en el plazo de una hora, otro sobre objeciones
nuevas; sus ausencias no se conocen. Cada persona elige lo que recibe, salvo los anuncios y las correcciones.

Esta página se genera a partir del código: la escribe `python -m tests.contract.messages`.
"""
_SECTIONS: Final[Sequence[tuple[str, frozenset[NudgeKind]]]] = (
    ("Celebrations", frozenset({NudgeKind.CELEBRATION})),
    ("Coaching", frozenset({NudgeKind.COACHING})),
    ("Announcements and corrections", frozenset({NudgeKind.ANNOUNCEMENT, NudgeKind.CORRECTION})),
    ("From managers to reps", frozenset({NudgeKind.THANKS})),
    ("To managers", frozenset({NudgeKind.RECOGNITION, NudgeKind.DIGEST})),
)


_SPANISH_TITLES: Final = {
    "Celebrations": "Celebraciones",
    "Coaching": "Consejos",
    "Announcements and corrections": "Anuncios y correcciones",
    "From managers to reps": "De responsables a comerciales",
    "To managers": "Para responsables",
    "When": "Cuándo",
    "Limits": "Límites",
}


def messages(language: str = ENGLISH) -> str:
    """The page in a language, as it is checked in."""
    with using_language(language):
        return "\n".join([_INTRODUCTION if language == ENGLISH else _SPANISH, *_sections()])


def pages() -> Mapping[Path, str]:
    """Every page, and what it should hold."""
    return {MESSAGES: messages(), _DOCS / "messages-es.md": messages("es")}


def _heading(text: str) -> str:
    return text if current_language() == ENGLISH else _SPANISH_TITLES[text]


def _sections() -> Iterator[str]:
    shown = examples()
    for title, kinds in _SECTIONS:
        yield f"## {_heading(title)}\n"
        for example in shown:
            if example.candidate.kind in kinds:
                yield from _example(example)


def _example(example: Example) -> Iterator[str]:
    yield f"### {example.title}\n"
    yield f"**{_heading('When')}:** {example.when}\n"
    yield f"**{_heading('Limits')}:** {example.limits}\n"
    yield f"{example.receiver}:\n"
    yield from (f"- {wording}" for wording in example.candidate.wordings)
    yield f"\n*{example.candidate.reason}*\n"


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
