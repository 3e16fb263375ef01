"""What Slack's error codes mean for a message to one person. https://docs.slack.dev/reference/methods/chat.postMessage

Slack's answer is never repeated beyond its code: it may hold anything.
"""

import re
from typing import Final

from services.nudges.deliver.channel import GiveUp, TryLater

_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")
_RATE_LIMITED: Final = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
_PERSON: Final = frozenset(
    {
        *(
            "user_not_found",
            "users_not_found",
            "user_disabled",
            "user_not_visible",
            "cannot_dm_bot",
            "invalid_user_combination",
        ),
        *("channel_not_found", "is_archived", "not_in_channel"),
    }
)
_MESSAGE: Final = frozenset(
    {
        *("msg_too_long", "msg_blocks_too_long", "no_text", "invalid_blocks", "invalid_blocks_format", "invalid_arguments"),
        *("invalid_metadata_format", "invalid_metadata_schema", "metadata_too_large"),
    }
)
_TOKEN: Final = frozenset({"invalid_auth", "not_authed", "token_revoked", "token_expired", "not_allowed_token_type"})
_SCOPE: Final = frozenset({"missing_scope", "no_permission"})
_WORKSPACE: Final = frozenset(
    {
        *("access_denied", "accesslimited", "ekm_access_denied", "enterprise_is_restricted", "org_login_required"),
        *("restricted_action", "team_access_not_granted", "two_factor_setup_required"),
    }
)
ACCOUNT_INACTIVE: Final = "account_inactive"
"""That of the person, or that of the app: Slack's reference says the token's, which it is if the token opens nothing else."""


def interpret_error(code: object, *, status: int, after_s: float | None) -> TryLater | GiveUp:
    """What a refusal means. `code` is the answer's `error`, and `after_s` the seconds for which `Retry-After` asks."""
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        return TryLater(error=f"Slack answered {status}", after_s=after_s)
    if code in _RATE_LIMITED:
        return TryLater(error=f"Slack's rate limit was reached ({code})", after_s=after_s)
    if code in _PERSON:
        return GiveUp(error=f"Slack cannot message the member id of the roster ({code})")
    if code in _MESSAGE:
        return GiveUp(error=f"Slack refused the message ({code})")
    return TryLater(error=_for_the_operator(code), after_s=after_s)


def inactive_account(*, is_of_person: bool) -> TryLater | GiveUp:
    """What `account_inactive` means."""
    if is_of_person:
        return GiveUp(error=f"the person's Slack account is deactivated ({ACCOUNT_INACTIVE})")
    return TryLater(error=_refused_token(ACCOUNT_INACTIVE))


def _for_the_operator(code: str) -> str:
    if code in _TOKEN:
        return _refused_token(code)
    if code in _SCOPE:
        scopes = "give it chat:write and im:write, install it again, and set channels.slack.token"
        return f"the Slack app may not send messages ({code}); {scopes}"
    if code in _WORKSPACE:
        return f"the workspace does not let the app of channels.slack.token send messages ({code}); ask its administrator"
    if code == "messages_tab_disabled":
        return f"the app of channels.slack.token takes no messages ({code}); turn on the Messages Tab in its App Home"
    return f"Slack answered {code}"


def _refused_token(code: str) -> str:
    return f"Slack refused the token ({code}); check channels.slack.token"
