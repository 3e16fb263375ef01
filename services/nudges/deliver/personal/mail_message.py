"""A nudge as an e-mail, in text and in HTML."""

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.nudges.deliver.personal.transport import PersonalMessage
from shared.languages.current import current_language
from shared.languages.messages import gettext, ngettext

_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    extensions=["jinja2.ext.i18n"],
)
_TEMPLATES.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined] # what its extension adds
_TEMPLATES.globals["current_language"] = current_language
_NOT_IN_ID: Final = re.compile(r"[^A-Za-z0-9.-]")


def mail_message(message: PersonalMessage, *, sender: Address, recipient: str, now: datetime) -> EmailMessage:
    """Written the same way every time, with the same Message-ID, so that a mailbox can recognise a repetition.

    The headers by which a reader can stop the mail are those of RFC 2369 and RFC 8058; `Auto-Submitted` (RFC 3834) keeps
    automatic replies away.
    """
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = Address(display_name=message.name, addr_spec=recipient)
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{_NOT_IN_ID.sub('-', message.message_id)}@{sender.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Daymark-Nudge"] = _NOT_IN_ID.sub("-", message.nudge_id)
    if message.stop_url and not message.is_binding:
        mail["List-Unsubscribe"] = f"<{message.stop_url}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(_TEMPLATES.get_template("mail.txt").render(message=message))
    mail.add_alternative(_TEMPLATES.get_template("mail.html").render(message=message), subtype="html")
    return mail
