"""import-linter, ruff and mypy are configured so that they find planted mistakes."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.repository import CODE, ROOT

_BIN = Path(sys.executable).parent

LAYERING = [
    ("services/scoring/settings.py", "from services.ingest.settings import IngestSettings", "Services never import each other"),
    ("services/nudges/metrics.py", "from services.scoring.metrics import ScoringMetrics", "Services never import each other"),
    ("shared/trace.py", "from services.ingest.metrics import IngestMetrics", "shared knows no service"),
    ("shared/errors.py", "from shared.postgres.queries import Queries", "shared, from what runs a service"),
    ("services/ingest/settings.py", "from deploy.local.settings import LocalSettings", "Services know nothing of how"),
    ("deploy/demo/crm.py", "from services.ingest.settings import IngestSettings", "Only deploy/local may know the services"),
    ("services/scoring/domain/score.py", "import asyncpg", "Domains, rules and policy are pure"),
    ("services/nudges/decide/policy/may_send.py", "from shared.clock import SystemClock", "Domains, rules and policy are pure"),
    ("services/scoring/domain/score.py", "from shared.jetstream.client import connect", "Domains, rules and policy are pure"),
    ("services/nudges/domain/ladder.py", "from shared.postgres.queries import Queries", "Domains, rules and policy are pure"),
    ("services/nudges/rules/streak.py", "from shared.service.startup import start", "Domains, rules and policy are pure"),
    ("services/nudges/rules/pace.py", "from shared.requests.client import ask", "Domains, rules and policy are pure"),
    ("services/nudges/decide/policy/holdout.py", "from random import random", "Domains, rules and policy are pure"),
    ("services/ingest/domain/reading.py", "import subprocess", "Domains, rules and policy are pure"),
    ("services/ingest/domain/webhook.py", "from urllib.request import urlopen", "Domains, rules and policy are pure"),
    ("shared/observation.py", "from pathlib import Path", "Domains, rules and policy are pure"),
    (
        "services/nudges/rules/drop.py",
        "from services.nudges.context.baselines import load_baselines",
        "Rules and policy read and write nothing",
    ),
    (
        "services/nudges/rules/digest.py",
        "from services.nudges.outbox import enqueue",
        "Rules and policy read and write nothing",
    ),
    ("services/nudges/rules/comeback.py", "from services.nudges.locks import lock", "Rules and policy read and write nothing"),
    (
        "services/nudges/decide/policy/selection.py",
        "from services.nudges.pending_work import PendingWork",
        "Rules and policy read and write nothing",
    ),
    (
        "deploy/local/cli/tables/formats.py",
        "from deploy.local.cli.tables.scores import print_scores",
        "deploy.local.cli.tables",
    ),
    ("deploy/local/cli/options.py", "from deploy.local.cli.start import up", "deploy.local.cli, from the app"),
    ("deploy/local/servers/ports.py", "from deploy.local.servers.up import run_daymark", "deploy.local.servers, from the"),
    ("deploy/local/inspect/findings.py", "from deploy.local.inspect.doctor import examine", "deploy.local.inspect, from the"),
    (
        "deploy/local/erase/person_matcher.py",
        "from deploy.local.erase.sweep_streams import sweep_streams",
        "deploy.local.erase, from the sweep",
    ),
    ("deploy/demo/habits.py", "from deploy.demo.crm import make_records", "deploy.demo, from the program"),
    ("shared/privacy/erasure.py", "from shared.privacy.contact_keys import ContactKeys", "shared.privacy, contact keys"),
    ("services/scoring/settings.py", "from services.scoring.app import describe", "scoring, from the process down"),
    ("services/nudges/settings.py", "from services.nudges.app import describe", "nudges, from the process down"),
    ("services/ingest/settings.py", "from services.ingest.app import describe", "ingest, in the order"),
    (
        "services/ingest/domain/crm/standard.py",
        "from services.ingest.domain.crm import cloudevents",
        "CRM adapters never borrow",
    ),
]
CLOCK = "\n\ndef now() -> datetime:\n    return datetime.now()\n"
ENVIRONMENT = '\nimport os\n\nHOME = os.environ["HOME"]\n'
DECISION = '''"""A decision with typed ids."""

from dataclasses import dataclass

from shared.events import BehaviourKey, ManagerId, PersonId, RepId, TeamId, VersionNumber

REP = RepId(PersonId("ana"))
MANAGER = ManagerId(PersonId("mara"))
TEAM = TeamId("north")


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """Frozen and keyword-only."""

    person_id: RepId
    team_id: TeamId
    is_deferred: bool = False


def decide(rep_id: RepId, manager_id: ManagerId) -> Decision:
    return Decision(person_id=rep_id, team_id=TEAM)


def count(behaviour: BehaviourKey, version: VersionNumber) -> int:
    return len(behaviour) + version


DECISION = decide(REP, MANAGER)
'''
TYPING = {
    "two ids are swapped": ("decide(MANAGER, REP)", "arg-type"),
    "a text is no id": ('decide("ana", MANAGER)', "arg-type"),
    "an id of another kind": ("Decision(person_id=REP, team_id=REP)", "arg-type"),
    "a person is not yet a rep": ('Decision(person_id=PersonId("ana"), team_id=TEAM)', "arg-type"),
    "a keyword is misspelt": ("Decision(person_id=REP, team_id=TEAM, is_defered=True)", "call-arg"),
    "a keyword is missing": ("Decision(person_id=REP)", "call-arg"),
    "a positional argument": ("Decision(REP, TEAM)", "call-arg"),
    "a frozen value is changed": ('DECISION.team_id = TeamId("south")', "misc"),
    "a number is no version": ('count(BehaviourKey("calls"), 3)', "arg-type"),
    "a variable that may be undefined": ("if REP:\n    late = 1\nprint(late)", "possibly-undefined"),
    "a condition that is always true": ("if DECISION:\n    print(1)", "truthy-bool"),
    "a coroutine function as a condition": ("async def send() -> None: ...\nif send:\n    print(1)", "truthy-function"),
    "a check that is always true": ("isinstance(REP, str) and print(1)", "redundant-expr"),
    "an ignore comment without a code": ("count(REP, 3)  # type: ignore", "ignore-without-code"),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the code, in which tests plant mistakes."""
    folder = tmp_path_factory.mktemp("planted") / "daymark"
    folder.mkdir()
    for name in CODE:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.fixture(scope="module")
def verdicts(copy: Path) -> dict[str, str]:
    """What mypy reports for each mistake in TYPING, from a single run; under "" what it reports without a mistake."""
    folder = copy / "planted"
    folder.mkdir()
    (folder / "correct.py").write_text(DECISION)
    for number, (mistake, _) in enumerate(TYPING.values()):
        (folder / f"mistake_{number}.py").write_text(DECISION + mistake + "\n")
    _, output = _run(copy, "mypy", "--no-error-summary", "--cache-dir", str(copy / ".mypy_cache"), "planted")
    reported = {f"planted/mistake_{number}.py": title for number, title in enumerate(TYPING)} | {"planted/correct.py": ""}
    return {
        title: "\n".join(line for line in output.splitlines() if line.startswith(f"{path}:"))
        for path, title in reported.items()
    }


@pytest.fixture(scope="module")
def broken_contracts(copy: Path) -> dict[str, str]:
    """What import-linter reports of each broken contract with all mistakes of LAYERING at once, from a single run."""
    before = {file: (copy / file).read_text() for file, _, _ in LAYERING}
    for file, text in before.items():
        (copy / file).write_text("\n".join([text.removesuffix("\n"), *_planted_in(file), ""]))
    code, output = _run(copy, "lint-imports", "--no-cache")
    for file, text in before.items():
        (copy / file).write_text(text)
    assert code != 0
    _, *sections = re.split(r"^(.+)\n-{3,}$", output, flags=re.MULTILINE)
    return {title: " ".join(chains.split()) for title, chains in zip(sections[::2], sections[1::2], strict=True)}


def _planted_in(file: str) -> list[str]:
    return [line for planted, line, _ in LAYERING if planted == file]


def _run(folder: Path, *command: str) -> tuple[int, str]:
    done = subprocess.run([str(_BIN / command[0]), *command[1:]], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def _run_with(copy: Path, file: str, text: str, *command: str) -> tuple[int, str]:
    """Run a tool while text is appended to a file of the copy."""
    path = copy / file
    before = path.read_text()
    path.write_text(before + text)
    try:
        return _run(copy, *command)
    finally:
        path.write_text(before)


def test_without_a_mistake_every_contract_is_kept(copy: Path) -> None:
    code, output = _run(copy, "lint-imports", "--no-cache")

    assert code == 0, output


@pytest.mark.parametrize(("file", "line", "contract"), LAYERING, ids=[mistake[1] for mistake in LAYERING])
def test_a_planted_import_breaks_its_contract(
    copy: Path, broken_contracts: dict[str, str], file: str, line: str, contract: str
) -> None:
    importer = file.removesuffix(".py").replace("/", ".")
    number = [*(copy / file).read_text().splitlines(), *_planted_in(file)].index(line) + 1

    reported = [chains for title, chains in broken_contracts.items() if contract in title]

    assert any(re.search(rf"{re.escape(importer)} -> \S+ \(l\.{number}\)", chains) for chains in reported), reported


def test_a_module_that_is_in_no_layer_breaks_the_build(copy: Path) -> None:
    stray = copy / "services" / "scoring" / "stray.py"
    stray.write_text('"""Belongs to no layer."""\n')
    try:
        code, output = _run(copy, "lint-imports", "--no-cache")
    finally:
        stray.unlink()

    assert code != 0
    assert "stray" in output


@pytest.mark.parametrize(
    ("file", "text"),
    [("services/nudges/decide/policy/may_send.py", CLOCK), ("services/scoring/metrics.py", ENVIRONMENT)],
    ids=["a clock in the policy", "the environment outside of the settings"],
)
def test_reading_the_clock_or_the_environment_elsewhere_is_found(copy: Path, file: str, text: str) -> None:
    code, output = _run_with(copy, file, text, "ruff", "check", "--no-cache", file)

    assert code != 0
    assert "TID251" in output


def test_mypy_reports_nothing_without_a_mistake(verdicts: dict[str, str]) -> None:
    assert verdicts[""] == ""


@pytest.mark.parametrize("title", TYPING)
def test_mypy_finds_a_planted_mistake(verdicts: dict[str, str], title: str) -> None:
    _, code = TYPING[title]

    assert f"[{code}]" in verdicts[title], verdicts[title]
