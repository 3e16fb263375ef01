"""The part of nats-server's configuration that says who is let in and who may do what."""

import json
from collections.abc import Iterable, Mapping

from deploy.access.catalogue import USERS, User

_TIMEOUT_S = 2
"""A client that has said nothing until then is cut off."""


def users_configuration(passwords: Mapping[str, str]) -> str:
    """The configuration with the passwords by the name of the user. Nobody else is let in, and nobody without a password. The
    users share the account that a server has without any configuration, so an existing server keeps its streams."""
    users = "\n".join(_user(user, passwords[user.name]) for user in USERS)
    return f"authorization {{\n  timeout: {_TIMEOUT_S}\n  users: [\n{users}\n  ]\n}}\n"


def _user(user: User, password: str) -> str:
    return (
        f"    {{\n      user: {json.dumps(user.name)}, password: {json.dumps(password)}\n      permissions: {{\n"
        f"        publish: {{ allow: {_list(user.publish)} }}\n"
        f"        subscribe: {{ allow: {_list(user.subscribe)} }}\n      }}\n    }}"
    )


def _list(subjects: Iterable[str]) -> str:
    return json.dumps(list(subjects))
