"""What each channel sends of each sample. `python -m tests.contract.goldens.files` writes the files."""

import json
from collections.abc import Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path
from typing import Final

from services.nudges.deliver.personal.mail_message import mail_message
from services.nudges.deliver.personal.posts.teams_card import teams_payload
from services.nudges.deliver.personal.slack_message import slack_message
from services.nudges.deliver.personal.transport import PersonalMessage, personal_message
from shared.events import Nudge
from shared.languages.current import using_language
from tests.contract.goldens.samples import IN_SPANISH, LINKS, MORNING, morning, samples

FOLDER: Final = Path(__file__).parent / "files"
_SENDER: Final = Address("Daymark", addr_spec="daymark@example.com")
_RECIPIENT: Final = "person@example.com"
_HEADERS: Final = ("From", "To", "Subject", "List-Unsubscribe", "List-Unsubscribe-Post")


def golden_files() -> Mapping[str, str]:
    """By name of the file: its content."""
    files = {f"{name}.{suffix}": text for name, nudge in samples().items() for suffix, text in _of_channels(nudge).items()}
    with using_language("es"):
        return files | {f"{IN_SPANISH}.{suffix}": text for suffix, text in _of_channels(morning()).items()}


def mail_html(nudge: Nudge) -> str:
    """The mail as a mail program shows it."""
    return _body(_mail(_message(nudge)), "html")


def _of_channels(nudge: Nudge) -> Mapping[str, str]:
    message = _message(nudge)
    mail = _mail(message)
    slack = slack_message(message, has_buttons=True)
    headers = "\n".join(f"{name}: {mail[name]}" for name in _HEADERS if mail[name] is not None)
    return {
        "mail.txt": f"{headers}\n\n{_body(mail, 'plain')}",
        "mail.html": _body(mail, "html"),
        "slack.json": _json({"text": slack.text, "blocks": slack.blocks}),
        "teams.json": _json(json.loads(teams_payload(message, recipient=_RECIPIENT))),
        "webhook.json": _json(json.loads(message.nudge_json)),
    }


def _message(nudge: Nudge) -> PersonalMessage:
    return personal_message(nudge, stop_url=LINKS.mail_url(nudge.person.id))


def _mail(message: PersonalMessage) -> EmailMessage:
    return mail_message(message, sender=_SENDER, recipient=_RECIPIENT, now=MORNING)


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    content: str = part.get_content()
    return content


def _json(document: object) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def write_files() -> None:
    """Bring the folder up to date: nothing else stays in it."""
    files = golden_files()
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.iterdir():
        if path.name not in files:
            path.unlink()
    for name, text in files.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_files()
