"""Thanks alone, as the rep reads them: who says them, for which day, and for what."""

from datetime import date

from services.nudges.domain.phrases import day_noun, sentence
from shared.languages.grammar import filled
from shared.languages.messages import gettext


def thanks_sentence(about_day: date | None, facts: str, *, sender: str = "", today: date) -> str:
    """`Mara says thank you for Tuesday: 6 of 6 calls.`; without a sender and facts `Thank you for Tuesday.`"""
    day = day_noun(about_day, today=today) if about_day is not None else ""
    text = _thanks_of(bool(day), bool(facts)) if sender else _thanks(bool(day), bool(facts))
    return sentence(filled(text, name=sender, day=day, facts=facts))


def _thanks(has_day: bool, has_facts: bool) -> str:
    if has_day:
        return gettext("thank you for {day}: {facts}") if has_facts else gettext("thank you for {day}")
    return gettext("thank you: {facts}") if has_facts else gettext("thank you")


def _thanks_of(has_day: bool, has_facts: bool) -> str:
    if has_day:
        return gettext("{name} says thank you for {day}: {facts}") if has_facts else gettext("{name} says thank you for {day}")
    return gettext("{name} says thank you: {facts}") if has_facts else gettext("{name} says thank you")
