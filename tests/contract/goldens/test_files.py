"""What people receive is what the golden files show: a change of a message is seen, and meant."""

import json

import pytest

from services.nudges.deliver.personal.transport import personal_message
from shared.events import NudgeKind
from shared.reach import TRANSPORTS
from tests.contract.goldens.files import FOLDER, golden_files
from tests.contract.goldens.samples import IN_SPANISH, SEVERAL, samples
from tests.services.nudges.deliver.personal.posts.teams_schema import payload_mistakes
from tests.slack import block_mistakes

FILES = golden_files()
REWRITE = "run `make contract`, and look at what has changed"


def test_there_is_a_sample_of_every_kind_and_it_is_of_that_kind() -> None:
    kinds = {name: nudge.kind for name, nudge in samples().items() if name != SEVERAL}

    assert kinds == {kind.value: kind for kind in NudgeKind}


def test_every_transport_to_people_has_files_of_every_sample() -> None:
    transports = {name.split(".")[1] for name in FILES}

    assert transports == TRANSPORTS.keys()
    assert len(FILES) == (len(samples()) + 1) * (len(transports) + 1), "a mail has a text and a page"


def test_the_folder_has_these_files_and_no_others() -> None:
    assert {path.name for path in FOLDER.iterdir()} == FILES.keys(), REWRITE


@pytest.mark.parametrize("name", FILES)
def test_a_message_is_sent_as_its_file_shows(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == FILES[name], REWRITE


@pytest.mark.parametrize("name", [*samples(), IN_SPANISH])
def test_slack_and_teams_take_every_sample(name: str) -> None:
    assert list(block_mistakes(json.loads(FILES[f"{name}.slack.json"])["blocks"])) == []
    assert list(payload_mistakes(FILES[f"{name}.teams.json"].encode())) == []


@pytest.mark.parametrize("name", samples())
def test_every_subject_is_whole(name: str) -> None:
    subject = personal_message(samples()[name], stop_url="").subject

    assert f"Subject: {subject}\n" in FILES[f"{name}.mail.txt"]
