"""What a source may be configured with."""

from pathlib import Path
from typing import Final

import pytest

from services.ingest.settings import KINDS, SourceSection
from tests.running_daymark import ROOT
from tests.services.ingest.senders import section_on

PAGES: Final = [page for page in sorted((ROOT / "docs").glob("*.md")) if section_on(page)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_source_that_a_page_shows_can_be_configured_so(page: Path) -> None:
    section = SourceSection.model_validate(section_on(page))

    assert all(secret.startswith("env:") for secret in section.secrets)


def test_there_is_a_page_for_every_kind_of_source() -> None:
    assert {(section_on(page) or {})["kind"] for page in PAGES} == set(KINDS)
