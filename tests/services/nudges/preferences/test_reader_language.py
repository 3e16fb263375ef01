"""In which language a person reads, on a real database."""

from services.nudges.preferences.reader_language import language_of
from services.nudges.preferences.stored_preferences import save_language
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.people import ANA, BEN
from tests.services.nudges.builders.rows import Rows


async def test_people_read_in_the_language_that_they_chose_and_otherwise_in_the_default_one(rows: Rows) -> None:
    await save_language(rows.pool, ANA.id, "es", now=NOON)

    assert [await language_of(rows.pool, person.id, default="en") for person in (ANA, BEN)] == ["es", "en"]
    assert await language_of(rows.pool, BEN.id, default="es") == "es"

    await save_language(rows.pool, ANA.id, "of-tomorrow", now=NOON)
    assert await language_of(rows.pool, ANA.id, default="en") == "en"
