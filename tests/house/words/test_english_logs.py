"""The text of an error in a log line is a breach unless it is in English whoever reads."""

from tests.house.checks.words.english_logs import errors_logged_in_any_language
from tests.house.conftest import Plant, lines

_PATH = "services/ingest/sources.py"


def test_the_text_of_an_error_in_a_log_line_is_reported(plant: Plant) -> None:
    code = """_log.error("closed", source=name, problem=str(unusable))
_log.error("closed", problem=in_english(unusable), error=type(unusable).__name__)
answer(problem=str(unusable))
"""

    (breach,) = lines(errors_logged_in_any_language(plant({_PATH: code, "tests/test_sources.py": code})))

    assert breach.startswith(f"{_PATH}:1: `str(unusable)` is logged")
