"""What is wrong with a first playbook, by the fields of its form."""

import re
from collections.abc import Iterable
from typing import Final

from shared.languages.messages import gettext, marked
from shared.requests.playbook.drafts import DraftMistake

_BEHAVIOUR: Final = re.compile(r"behaviours\[(\d+)\](?:\.(\w+))?")
_FIELDS: Final = {
    "label": marked("Name"),
    "target": marked("Target per day"),
    "weight": marked("Weight"),
    "counts": marked("Counts"),
}
_TEAM: Final = "team"
_NO_BEHAVIOUR: Final = "behaviours"
_SAME_KIND: Final = "key"
"""The key of a behaviour comes from the kind that it counts."""


def name_mistakes(mistakes: Iterable[DraftMistake]) -> str:
    """Why the playbook was not published: `Not published. Behaviour 2, A day: must be a number, or a number by weekday.`"""
    return gettext("Not published. {reason}").format(reason=f"{'; '.join(map(_name_mistake, mistakes))}.")


def _name_mistake(mistake: DraftMistake) -> str:
    if mistake.key == _NO_BEHAVIOUR:
        return gettext("Choose what at least one behaviour counts")
    if mistake.key == _TEAM:
        field = gettext("Team")
        return f"{field}: {mistake.problem}"
    match = _BEHAVIOUR.match(mistake.key)
    if match is None:
        return mistake.problem
    number, key = int(match[1]) + 1, match[2] or ""
    if key == _SAME_KIND:
        return gettext("Behaviour {number}: another behaviour counts this kind already").format(number=number)
    field = gettext(_FIELDS[key]) if key in _FIELDS else key
    return gettext("Behaviour {number}, {field}: {problem}").format(number=number, field=field, problem=mistake.problem)
