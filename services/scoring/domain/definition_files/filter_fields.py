"""The `counts` section of a behaviour or a goal. Its keys and their types follow from the fact catalogue."""

from typing import Annotated, Final

from pydantic import AfterValidator, Field, PlainValidator, create_model

from services.scoring.domain.definition_files.fields import Entry
from services.scoring.domain.playbook.filters import Filter, make_filter
from shared.facts import FILTERED_FACTS, AnyFact, OneOf
from shared.languages.grammar import either
from shared.languages.messages import gettext


def _field_type(fact: AnyFact) -> object:
    """The type of what an author may write under the key of the fact's filter."""
    assert fact.filter is not None
    assert fact.column is not None
    if not isinstance(fact.filter, OneOf):
        return Annotated[fact.column.value_type | None, Field(ge=fact.filter.minimum)]
    choices = sorted(fact.filter.choices)

    def check_choice(text: str) -> str:
        if choices and text not in choices:
            raise ValueError(gettext("must be {choices}").format(choices=either([repr(choice) for choice in choices])))
        return text

    return frozenset[Annotated[str, AfterValidator(check_choice)]] | None


FilterFields: Final[type[Entry]] = create_model(  # type: ignore[call-overload]  # mypy cannot know the keys of the fields
    "FilterFields",
    __base__=Entry,
    **{fact.filter.key: (_field_type(fact), None) for fact in FILTERED_FACTS if fact.filter is not None},
)


def read_filter(counts: object) -> Filter:
    """The filter that an author wrote.

    Raises:
        ValidationError: a key is unknown or its value is wrong. Raised within another validation, it is reported as a part of
            that one, with its keys below the key of this section.
    """
    fields = FilterFields.model_validate(counts)
    return make_filter({key: getattr(fields, key) for key in FilterFields.model_fields})


Counts = Annotated[Filter, PlainValidator(read_filter)]
