"""What somebody has to know to connect each kind of sender. The texts are in senders.yaml, in English."""

from pathlib import Path
from typing import Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from shared.languages.messages import gettext, marked

_FILE: Final = Path(__file__).with_name("senders.yaml")


class Sender(BaseModel):
    """One kind: a sentence about it, what to do there in order, and its page in the documentation.

    `maker` is who makes the secret: Daymark does, at random, as a key of Standard Webhooks, or as a user name and a password;
    or the sender does. `secret_name` is what it is called there. `address_query` follows the address there, and `{secret}` in
    it stands for the secret. `asks_for` are keys of the source that this kind needs, besides an address that
    `is_address_signed`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    title: str
    sentence: str
    page: str
    steps: tuple[str, ...]
    maker: Literal["random", "whsec", "login", "sender"] = "random"
    secret_name: str = marked("secret")
    address_query: str = ""
    asks_for: frozenset[str] = frozenset()
    is_address_signed: bool = False

    def as_read(self) -> "Sender":
        """With its texts in the language of whoever reads them."""
        return self.model_copy(
            update={
                "title": gettext(self.title),
                "sentence": gettext(self.sentence),
                "steps": tuple(gettext(step) for step in self.steps),
                "secret_name": gettext(self.secret_name),
            }
        )


SENDERS: Final = TypeAdapter(tuple[Sender, ...]).validate_python(yaml.safe_load(_FILE.read_text(encoding="utf-8")))
"""Every kind: CRMs by title, and then those for programs of your own."""
SENDER_OF_KIND: Final = {sender.kind: sender for sender in SENDERS}
