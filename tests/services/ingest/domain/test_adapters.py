"""The catalogue of adapters, and what every adapter needs besides its code."""

import re
from pathlib import Path
from typing import Final

import pytest

from services.ingest.domain import crm
from services.ingest.domain.adapter import Adapter
from services.ingest.domain.adapters import ADAPTERS, AdapterMissing, collect_adapters
from tests.services.ingest.senders import PAYLOADS, ROOT, SENDERS, Sender
from tests.services.ingest.senders.docs_pages import DOCS, read_source_section

EVERY_ADAPTER: Final = pytest.mark.parametrize("adapter", ADAPTERS.values(), ids=lambda adapter: adapter.kind)


def _senders(adapter: Adapter) -> list[Sender]:
    return [sender for sender in SENDERS if sender.source.kind == adapter.kind]


def test_every_module_of_the_folder_is_in_the_catalogue() -> None:
    modules = {path.stem for path in Path(crm.__path__[0]).glob("*.py")} - {"__init__"}

    assert {kind.replace("-", "_") for kind in ADAPTERS} == modules


@pytest.mark.parametrize("content", ["", "ADAPTER = None", "from services.ingest.domain.crm.close import ADAPTER"])
def test_a_module_without_an_adapter_of_its_own_kind_is_an_error(
    content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / f"senders_{abs(hash(content))}"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "new_crm.py").write_text(content)
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(AdapterMissing, match=r"\.new_crm: export an ADAPTER of kind 'new-crm'"):
        collect_adapters(__import__(package.name))


@EVERY_ADAPTER
def test_every_adapter_has_a_docs_page_that_shows_its_source(adapter: Adapter) -> None:
    page = DOCS / f"{adapter.page}.md"

    assert page.exists(), f"write docs/{adapter.page}.md: how to set up {adapter.title}"
    assert page.read_text(encoding="utf-8").startswith(f"# {adapter.title}\n")
    assert read_source_section(adapter.page)["kind"] == adapter.kind


@EVERY_ADAPTER
def test_every_adapter_has_a_row_in_the_readme(adapter: Adapter) -> None:
    rows = [line for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines() if line.startswith("| [")]
    row = rf"\| \[{re.escape(adapter.title)}\]\(docs/{adapter.page}\.md\).* \| `{adapter.kind}` \| "
    expected = f"| [{adapter.title}](docs/{adapter.page}.md) | `{adapter.kind}` | {adapter.authentication.method} |"

    assert any(re.match(row, line) and line.endswith(f"| {adapter.authentication.method} |") for line in rows), (
        f"add this row to the table of senders in README.md: {expected}"
    )


@EVERY_ADAPTER
def test_every_adapter_has_a_sender_with_which_its_signatures_are_tested(adapter: Adapter) -> None:
    module = f"tests/services/ingest/senders/{adapter.kind.replace('-', '_')}.py"

    assert _senders(adapter), f"describe in {module} how {adapter.title} signs"


@EVERY_ADAPTER
def test_every_adapter_has_sample_payloads_with_their_expected_observations(adapter: Adapter) -> None:
    for sender in _senders(adapter):
        folder = f"tests/services/ingest/payloads/{sender.name}"

        assert (PAYLOADS / sender.name).is_dir(), f"add bodies as {adapter.title} sends them to {folder}"
        assert sender.stories(), f"add a body named <story>-1 to {folder}"
        assert (PAYLOADS / sender.name / "expected.json").exists(), (
            f"write {folder}/expected.json: python -m tests.services.ingest.domain.test_payloads"
        )
