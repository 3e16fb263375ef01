"""The checks. Each takes a repository and yields breaches. `CHECKS` lists all of them."""

from collections.abc import Callable, Iterator
from typing import Final

from tests.house.checks import (
    any_types,
    catalogues,
    keyword_unpacking,
    layout,
    queries,
    sizes,
    value_names,
)
from tests.house.checks.words import english_logs, forbidden_text, retired_words, untranslated
from tests.house.repository import Breach, Repository

Check = Callable[[Repository], Iterator[Breach]]

CHECKS: Final[tuple[Check, ...]] = (
    sizes.file_sizes,
    sizes.function_sizes,
    sizes.folder_sizes,
    layout.vague_names,
    layout.module_docstrings,
    layout.tests_mirror_the_code,
    layout.dead_links,
    retired_words.retired_words_in_python,
    retired_words.retired_words_in_sql,
    retired_words.retired_words_in_sql_of_python,
    retired_words.retired_words_in_fields,
    retired_words.retired_words_in_templates,
    retired_words.retired_words_in_settings,
    retired_words.retired_words_in_paths,
    value_names.value_names_in_python,
    value_names.value_names_in_sql,
    any_types.any_outside_exempt_files,
    any_types.unused_any_exemptions,
    keyword_unpacking.untyped_unpacking,
    keyword_unpacking.unused_unpacking_exemptions,
    queries.sql_files,
    queries.queries_outside_their_module,
    queries.unused_queries_exemptions,
    catalogues.endpoints_without_handler,
    catalogues.metric_names_and_texts,
    catalogues.metrics_without_runbook_entry,
    forbidden_text.forbidden_text,
    untranslated.untranslated_text,
    english_logs.errors_logged_in_any_language,
)


def find_breaches(repository: Repository) -> list[Breach]:
    """The breaches of all checks, sorted by place."""
    return sorted((breach for check in CHECKS for breach in check(repository)), key=lambda breach: (breach.place, breach.fact))
