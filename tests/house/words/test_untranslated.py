"""Text in a template that no catalogue translates is a breach, and nothing else is."""

from tests.house.checks.words.untranslated import untranslated_text
from tests.house.conftest import Plant, lines

_PATH = "services/nudges/pages/templates/page.html"


def test_text_and_what_is_read_aloud_are_reported_with_their_line(plant: Plant) -> None:
    page = '<p\n class="lead">Nobody yet</p>\n<a href="/x" aria-label="The way back">←</a>'

    first, second = lines(untranslated_text(plant({_PATH: page})))

    assert first.startswith(f"{_PATH}:2: “Nobody yet”")
    assert second.startswith(f"{_PATH}:3: “The way back”")


def test_what_is_translated_and_what_is_no_text_are_allowed(plant: Plant) -> None:
    page = """{# a note #}<h1>{% trans name=rep.name %}Score of {{ name }}{% endtrans %}</h1>
{% if page is defined %}<p title="{{ gettext("Why") }}" class="wide lead">{{ text }} 12 &amp; Daymark</p>{% endif %}"""

    assert lines(untranslated_text(plant({_PATH: page}))) == []
