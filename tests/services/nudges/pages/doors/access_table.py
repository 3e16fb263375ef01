"""Who gets in, by which door, to do what. Nobody else does, and by no other door.

Ana and Ben sell in North, which Mara and Nia manage, and where colleagues may thank each other. Moe has moved to South, which
Jon manages. Fay has left, and Max manages nobody any more. Olga runs Daymark and is in no team. Each of them once had a part in
everything, so today's roster decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

PEOPLE: Final = ("ana", "ben", "moe", "fay", "mara", "nia", "max", "jon", "olga")
CHOOSERS: Final = ("ana", "ben", "moe", "fay", "mara", "nia", "max", "jon")
"""Those to whom messages are written as reps or managers, or were."""
SUBJECTS: Final = ("ana", "moe", "fay")
"""The reps about whom somebody wants something."""


class Way(Enum):
    """How somebody tries to come in: signed in; by the address of a page from before; by a signature that names its last day;
    by the signature of a message; with a token of theirs, as a program; or with something that opens nothing."""

    SESSION = "session"
    OLD_ADDRESS = "old address"
    DATED = "dated signature"
    MESSAGE = "signature of a message"
    TOKEN = "token for programs"
    REPLAYED = "sign-in link that was used"
    FORGED = "forged signature"


KEPT: Final = (Way.SESSION, Way.OLD_ADDRESS, Way.DATED, Way.MESSAGE, Way.TOKEN)
"""What somebody may have kept for too long."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A route, for everybody who wants something of theirs or of the subject. `grants` says who gets in by which way; `late`,
    who does a month later with what they have kept. `data` is its form, or its query."""

    method: str
    path: str
    subject: str = ""
    grants: Mapping[Way, str] = field(default_factory=dict)
    late: Mapping[Way, str] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return f"{self.method} {self.path}{' about ' if self.subject else ''}{self.subject}"


REPS: Final = "ana ben moe"
MANAGERS: Final = "mara nia jon"
LISTED: Final = "ana ben moe mara nia jon olga"
TEAMS: Final = {"ana": "north", "moe": "south"}
"""Where the reps of today work."""
SELLS_OR_MANAGES: Final = {"ana": "ana ben mara nia", "moe": "moe jon"}
MANAGES: Final = {"ana": "mara nia", "moe": "jon", "fay": ""}
WRITES_TO: Final = {"ana": "ben mara nia", "moe": "jon", "fay": ""}
READS: Final = {"ana": "ana mara nia", "moe": "moe jon", "fay": ""}
OPEN: Final = frozenset(
    {
        ("GET", "/"),
        ("GET", "/sign-in"),
        ("POST", "/sign-in"),
        ("GET", "/sign-in/openid"),
        ("GET", "/sign-in/openid/back"),
        ("GET", "/sign-in/{token}"),
        ("GET", "/welcome/{token}"),
        ("POST", "/welcome/{token}"),
        ("POST", "/sign-in/{token}"),
        ("POST", "/sign-out"),
        ("GET", "/static"),
    }
)
"""Routes that are open to everybody, or look after themselves; each has a test of its own."""
SLACK: Final = ("POST", "/slack/interactivity")
_OWN: Final = "/you/{person}/{token}"
_INBOX: Final = "/inbox/{person}/{token}"
_ANSWER: Final = "/answer/{nudge}/{person}/{token}"
_ABSENCE: Final = "/absence/{person}/{rep}/{token}"
_RECOGNISE: Final = "/recognise/{person}/{rep}/{token}"


def _page(people: str) -> dict[Way, str]:
    return {Way.SESSION: people, Way.OLD_ADDRESS: people, Way.DATED: people}


def _own(method: str, path: str) -> Row:
    return Row(method=method, path=f"{_OWN}{path}", grants=_page(REPS))


def _of_inbox(path: str) -> list[Row]:
    return [Row(method="POST", path=f"{_INBOX}{path}", subject=rep, grants=_page(MANAGES[rep])) for rep in SUBJECTS]


def _of_rep(path: str) -> list[Row]:
    """Pages about a rep, which open in a session only: for the rep, and for whoever manages the rep today."""
    return [Row(method="GET", path=f"/people/{{rep}}{path}", subject=rep, grants={Way.SESSION: READS[rep]}) for rep in SUBJECTS]


def _for_programs(path: str, people: str, *, subject: str = "") -> Row:
    """What is read in a session, or with a token, which works for longer."""
    grants = {Way.SESSION: people, Way.TOKEN: people}
    return Row(method="GET", path=f"/api/v1{path}", subject=subject, grants=grants, late={Way.TOKEN: people})


def _for_programs_of_rep(path: str) -> list[Row]:
    return [_for_programs(f"/people/{{rep}}{path}", READS[rep], subject=rep) for rep in SUBJECTS]


def _of_team(method: str, path: str, people: Mapping[str, str]) -> list[Row]:
    """Pages of the team in which the subject works, which open in a session only."""
    data = {"do": "publish"} if method == "POST" else {}
    return [
        Row(method=method, path=f"/playbook/{{team}}{path}", subject=rep, grants={Way.SESSION: people[rep]}, data=data)
        for rep in TEAMS
    ]


def _in_session(method: str, path: str, people: str) -> Row:
    """A page of whoever is signed in."""
    return Row(method=method, path=path, grants={Way.SESSION: people})


def _of_operator(*paths: str) -> list[Row]:
    return [_in_session("GET", path, "olga") for path in paths]


def _posted(path: str, data: Mapping[str, str]) -> Row:
    """A form of operators."""
    return Row(method="POST", path=path, grants={Way.SESSION: "olga"}, data=data)


def _entered(kind: str, **data: str) -> Row:
    """What an operator enters into the roster."""
    return Row(method="POST", path=f"/roster/{kind}", grants={Way.SESSION: "olga"}, data=data)


def _of_message(method: str, path: str, people: Mapping[str, str]) -> list[Row]:
    return [Row(method=method, path=f"{_ANSWER}{path}", subject=rep, grants={Way.MESSAGE: people[rep]}) for rep in SUBJECTS]


def _of_manager(method: str, path: str) -> list[Row]:
    return [Row(method=method, path=path, subject=rep, grants=_page(MANAGES[rep])) for rep in SUBJECTS]


def _of_sender(method: str, path: str) -> list[Row]:
    data = {"form": "0123456789", "text": "Great save."} if path.endswith("/send") else {}
    return [Row(method=method, path=path, subject=rep, grants=_page(WRITES_TO[rep]), data=data) for rep in SUBJECTS]


def _of_mail(method: str, path: str, *, people: Sequence[str] = PEOPLE) -> Row:
    listed = " ".join(person for person in people if person in LISTED.split())
    everybody = " ".join(people)
    return Row(
        method=method,
        path=f"/mail/{{person}}/{{token}}{path}",
        grants={Way.SESSION: listed, Way.MESSAGE: everybody},
        late={Way.MESSAGE: everybody},
    )


ROWS: Final = (
    _own("GET", ""),
    _own("POST", "/read/{version:int}"),
    _own("POST", "/answer/{nudge}/{answer}/{reason}"),
    _own("POST", "/answer/{nudge}/undo"),
    _own("GET", "/day/{day}"),
    _own("POST", "/day/{day}/activity/{activity}/withdraw"),
    _own("POST", "/day/{day}/activity/{activity}/{reason}"),
    *_of_rep(""),
    *_of_rep("/day/{day}"),
    _in_session("GET", "/effects", MANAGERS),
    _for_programs("/effects", MANAGERS),
    _for_programs("/people", f"{REPS} {MANAGERS}"),
    _for_programs("/scores", MANAGERS),
    _for_programs("/scores.csv", MANAGERS),
    _for_programs("/wins", f"{REPS} {MANAGERS}"),
    *_for_programs_of_rep("/days"),
    *_for_programs_of_rep("/nudges"),
    _in_session("GET", "/tokens", f"{REPS} {MANAGERS}"),
    Row(method="POST", path="/tokens/make", grants={Way.SESSION: f"{REPS} {MANAGERS}"}, data={"name": "Dashboard"}),
    _in_session("POST", "/tokens/{token_id:int}/revoke", f"{REPS} {MANAGERS}"),
    _in_session("GET", "/playbook", f"{REPS} {MANAGERS}"),
    *_of_team("GET", "", SELLS_OR_MANAGES),
    *_of_team("GET", "/export", SELLS_OR_MANAGES),
    *_of_team("GET", "/edit", MANAGES),
    *_of_team("POST", "/edit", MANAGES),
    _in_session("GET", "/wins", f"{REPS} {MANAGERS}"),
    _in_session("POST", "/wins/hide", REPS),
    _in_session("POST", "/wins/show", REPS),
    *_of_operator("/setup", "/setup/team", "/setup/source", "/setup/people", "/setup/playbook", "/setup/channels"),
    *_of_operator("/setup/source/new/{kind}", "/setup/source/{source}", "/sources", "/sources/{source}"),
    *(_posted(f"/sources/{{source}}/{action}", {}) for action in ("map", "read-again", "replay")),
    _posted("/setup/team", {"team": "West"}),
    _posted("/setup/source/new/{kind}", {"name": "new"}),
    _posted("/setup/people", {"name": "Eve", "team": "north", "timezone": "UTC"}),
    _posted("/setup/playbook", {"team": "north"}),
    _posted("/setup/channels", {"person": "nobody"}),
    _in_session("GET", "/delivery", "olga"),
    _in_session("POST", "/delivery/again", "olga"),
    _in_session("POST", "/delivery/channel", "olga"),
    _in_session("POST", "/delivery/test", "olga"),
    _in_session("GET", "/people", "olga"),
    _in_session("GET", "/roster/person", "olga"),
    Row(method="GET", path="/roster/entry", grants={Way.SESSION: "olga"}, data={"person": "ana"}),
    _entered("absence", person="ana", **{"from": "2026-03-02", "part": "1"}),
    _entered("absence-removal", person="ana", **{"from": "2026-03-09", "until": "2026-03-10", "part": "1"}),
    _entered("calendar", person="ana"),
    _entered("last-day", person="ana", last="2026-03-31"),
    _entered("email", person="ana", email="a@example.com"),
    _entered("person", name="Eva", timezone="UTC", team="north"),
    _entered("team", name="West"),
    _entered("user", rep="ana", source="acme", user="8"),
    Row(method="GET", path="/today", grants={Way.SESSION: MANAGERS}),
    Row(method="GET", path="/today/parts", grants={Way.SESSION: MANAGERS}),
    Row(method="GET", path="/today/events", grants={Way.SESSION: MANAGERS}),
    Row(method="GET", path=_INBOX, grants=_page(MANAGERS)),
    _in_session("POST", "/language", LISTED),
    _in_session("POST", "/demo/next-hour", f"{REPS} {MANAGERS}"),
    *_of_inbox("/answer/{nudge}/{answer}/{reason}"),
    *_of_inbox("/answer/{nudge}/later"),
    *_of_inbox("/answer/{nudge}/thank"),
    *_of_inbox("/answer/{nudge}/undo"),
    *_of_inbox("/dispute/{activity}/{resolution}"),
    *_of_inbox("/dispute/{activity}/undo"),
    *_of_inbox("/contest/{activity}/{resolution}"),
    *_of_message("GET", "", READS),
    *_of_message("POST", "/{answer}/{reason}", READS),
    *_of_message("POST", "/later", READS),
    *_of_message("POST", "/thank", MANAGES),
    *_of_message("POST", "/undo", READS),
    *_of_manager("GET", _ABSENCE),
    *_of_manager("POST", f"{_ABSENCE}/enter"),
    *_of_manager("POST", f"{_ABSENCE}/withdraw"),
    *_of_sender("GET", _RECOGNISE),
    *_of_sender("POST", f"{_RECOGNISE}/send"),
    *_of_sender("POST", f"{_RECOGNISE}/undo/{{recognition}}"),
    _of_mail("GET", ""),
    _of_mail("POST", ""),
    _of_mail("POST", "/save", people=CHOOSERS),
    _of_mail("POST", "/{choice}"),
)
