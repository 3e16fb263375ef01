"""The walls of the house hold: each planted mistake breaks the check that is there for it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import house
from tests.running_daymark import ROOT

_BIN = Path(sys.executable).parent

LAYERING = [
    ("services/scoring/settings.py", "from services.ingest.settings import IngestSettings", "Services never import each other"),
    ("services/nudges/store.py", "from services.scoring.store import SCHEMA as OTHER", "Services never import each other"),
    ("shared/trace.py", "from services.ingest.metrics import IngestMetrics", "shared knows no service"),
    ("shared/errors.py", "from shared.postgres.pool import Queries", "shared, from what runs down"),
    ("services/ingest/settings.py", "from deploy.local.settings import LocalSettings", "Services know nothing of how"),
    ("deploy/demo/crm.py", "from services.ingest.settings import KINDS", "Only deploy/local may know the services"),
    ("services/scoring/domain/score.py", "import asyncpg", "Domains are pure"),
    ("services/nudges/decide/policy/may_send.py", "from shared.clock import SystemClock", "Domains are pure"),
    ("services/scoring/store.py", "from services.scoring.consumer import read_event", "scoring, in the order"),
    ("services/nudges/deliver/channels/file.py", "from services.nudges.pages.inbox_page import Pages", "nudges, in the order"),
    ("services/ingest/receive_webhook.py", "from services.ingest.webhooks import Door", "ingest, in the order"),
    (
        "services/ingest/domain/crm/standard.py",
        "from services.ingest.domain.crm import cloudevents",
        "CRM adapters never borrow",
    ),
]
STYLE = [
    ("services/nudges/decide/policy/may_send.py", "\n\ndef now() -> datetime:\n    return datetime.now()\n", "TID251"),
    ("services/scoring/store.py", '\nimport os\n\nHOME = os.environ["HOME"]\n', "TID251"),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code, to plant mistakes in."""
    folder = tmp_path_factory.mktemp("planted") / "daymark"
    folder.mkdir()
    for name in ("services", "shared", "deploy"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def _run(folder: Path, *command: str) -> tuple[int, str]:
    done = subprocess.run([str(_BIN / command[0]), *command[1:]], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_without_a_mistake_the_walls_stand(copy: Path) -> None:
    code, said = _run(copy, "lint-imports", "--no-cache")

    assert code == 0, said


@pytest.mark.parametrize(("file", "line", "contract"), LAYERING, ids=[mistake[1] for mistake in LAYERING])
def test_a_planted_import_breaks_its_contract(copy: Path, file: str, line: str, contract: str) -> None:
    path = copy / file
    before = path.read_text()
    path.write_text(f"{before}\n{line}\n")
    try:
        code, said = _run(copy, "lint-imports", "--no-cache")
    finally:
        path.write_text(before)

    assert code != 0
    broken = [one for one in said.splitlines() if one.endswith("BROKEN")]
    assert any(contract in one for one in broken), said


def test_a_module_without_a_place_breaks_the_build(copy: Path) -> None:
    stray = copy / "services" / "scoring" / "stray.py"
    stray.write_text('"""Nobody knows where this belongs."""\n')
    try:
        code, said = _run(copy, "lint-imports", "--no-cache")
    finally:
        stray.unlink()

    assert code != 0
    assert "stray" in said


@pytest.mark.parametrize(("file", "text", "rule"), STYLE, ids=["a clock in the policy", "the environment in a store"])
def test_a_planted_clock_or_environment_is_named(copy: Path, file: str, text: str, rule: str) -> None:
    path = copy / file
    before = path.read_text()
    path.write_text(before + text)
    try:
        code, said = _run(copy, "ruff", "check", "--no-cache", file)
    finally:
        path.write_text(before)

    assert code != 0
    assert rule in said


def _repository(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    return folder


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"shared/long.py": '"""Doc."""\n' + "x = 1\n" * 301}, "302 lines, at most 300"),
        ({"shared/big.py": '"""Doc."""\n\n\ndef f():\n' + "    x = 1\n" * 46}, "f has 47 lines, at most 45"),
        ({"services/x/__main__.py": '"""Doc."""\n' + "x = 1\n" * 21}, "22 lines, at most 20"),
        ({"shared/utils.py": '"""Doc."""\n'}, "a name that says nothing"),
        ({"shared/bare.py": "x = 1\n"}, "no docstring"),
        ({"shared/__init__.py": '"""D."""\n', "shared/a.py": '"""D."""\n'}, "no tests in tests/shared"),
        ({"tests/services/gone/test_a.py": '"""D."""\n'}, "which is not there"),
        ({"README.md": "TO" + "DO"}, "finish it, or take it out"),
    ],
)
def test_each_house_rule_names_its_breach(tmp_path: Path, files: dict[str, str], said: str) -> None:
    found = house.breaches(_repository(tmp_path, files))

    assert any(said in breach for breach in found), found


def test_this_house_has_no_breach() -> None:
    assert house.breaches() == []
