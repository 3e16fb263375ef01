"""What the examples need in Spanish that is in no catalogue: the words of the Harbor team, and what stands above a message."""

from collections.abc import Mapping
from typing import Final

from shared.languages.catalogue import ENGLISH
from shared.languages.current import current_language

_SPANISH: Final[Mapping[str, str]] = {
    "Calls": "Llamadas",
    "Conversations": "Conversaciones",
    "Meetings": "Reuniones",
    "Proposals": "Propuestas",
    "Proposals this month": "Propuestas este mes",
    "12 a day": "12 al día",
    "2 a day": "2 al día",
    "1 a day": "1 al día",
    "12 of 12 conversations": "12 de 12 conversaciones",
    "Conversations: target 12 a day (before: 10 a day). Why: “Two more is one more meeting a week.”": (
        "Conversaciones: objetivo 12 al día (antes: 10 al día). Por qué: «Dos más son una reunión más por semana.»"
    ),
    "No longer part of the plan: Emails.": "Ya no forma parte del plan: Correos.",
    "You told me that emails eat your mornings. So let's talk to people instead.": (
        "Me dijiste que los correos se comen tus mañanas. Pues hablemos con la gente."
    ),
    "Great call with Acme. You kept asking until they told you what they really need.": (
        "Gran llamada con Acme. Seguiste preguntando hasta que te dijeron lo que de verdad necesitan."
    ),
    "{name}, {weekday} at {time}": "{name}, {weekday} a las {time}",
    "A first playbook": "Un primer plan de actividad",
    "A playbook is going to judge a rep who has had none so far.": (
        "Un plan de actividad va a valorar a un comercial que hasta ahora no tenía ninguno."
    ),
    "Only in working hours. Does not use up the daily cap. One message per version.": (
        "Solo en horario laboral. No gasta el límite diario. Un mensaje por versión."
    ),
    "A changed playbook": "Un plan de actividad cambiado",
    "A new version of the playbook is going to judge a rep.": (
        "Una nueva versión del plan de actividad va a valorar a un comercial."
    ),
    "Correction": "Corrección",
    "By the records as they are now, a coaching message was clearly wrong.": (
        "Según los registros tal como están ahora, un consejo era claramente incorrecto."
    ),
    "Only for coaching, once per message: on the next working morning, with whatever else is due then.": (
        "Solo para consejos, una vez por mensaje: la siguiente mañana laborable, con lo demás que toque entonces."
    ),
    "A word from a manager": "Unas palabras de un responsable",
    "A manager writes to a rep of theirs, about a message in Daymark or without one. Or a colleague writes to another where "
    "the team allows it.": (
        "Un responsable escribe a un comercial suyo, sobre un mensaje de Daymark o sin él. O un colega escribe a otro donde el "
        "equipo lo permite."
    ),
    "Only in working hours. Does not use up the daily cap, and is never part of the experiment. Never bundled.": (
        "Solo en horario laboral. No gasta el límite diario y nunca forma parte del experimento. Nunca se junta con otros."
    ),
    "Thanks from a manager": "Gracias de un responsable",
    "A manager presses “Thank” on a message, or a manager or a colleague “Just say thank you”.": (
        "Un responsable pulsa «Dar las gracias» en un mensaje, o un responsable o un colega «Solo dar las gracias»."
    ),
    "As above.": "Como arriba.",
    "A dispute was answered: corrected in the CRM": "Respuesta a una objeción: corregido en el CRM",
    "A dispute was answered: the record is right": "Respuesta a una objeción: el registro está bien",
    "A manager answers what a rep disputes.": "Un responsable responde a lo que objeta un comercial.",
    "Only in working hours. Does not use up the daily cap. Nobody can turn it off.": (
        "Solo en horario laboral. No gasta el límite diario. Nadie puede desactivarlo."
    ),
    "New disputes": "Objeciones nuevas",
    "Within the hour after a rep of the manager's has disputed a record; one message for all of them.": (
        "En el plazo de una hora desde que un comercial del responsable objeta un registro; un mensaje para todos."
    ),
    "Only in working hours. Does not use up the daily cap. What comes outside of working hours is in the message of the "
    "morning.": (
        "Solo en horario laboral. No gasta el límite diario. Lo que llega fuera de horario está en el mensaje de la mañana."
    ),
}


def own(text: str) -> str:
    """A text of the examples in the current language.

    Raises:
        KeyError: it has to be added here.
    """
    return text if current_language() == ENGLISH else _SPANISH[text]
