"""The OpenAPI document of what pages answer to programs."""

from typing import Any, Final

from pydantic import TypeAdapter
from pydantic.json_schema import models_json_schema

from services.nudges.pages.api.documents import ApiError, DayScoreList, RuleEffectList, WinList
from services.nudges.pages.api.people_documents import NudgeDocumentList, PersonDocumentList
from services.nudges.pages.api.team_scores import COLUMNS, TeamScoreList
from shared.requests.endpoint import Schema
from shared.service.version import VERSION

_JSON: Final = "application/json"
_REF: Final = "#/components/schemas/{model}"
_REFUSALS: Final = {
    "401": "neither a token nor a session that works",
    "404": "not for this visitor, or not there",
    "503": "cannot be answered now; retry after the seconds in `Retry-After`",
}
_PERIOD: Final = tuple(
    {"name": name, "in": "query", "schema": TypeAdapter(str).json_schema() | {"format": "date"}, "description": description}
    for name, description in (
        ("from", "the first day; by default 27 days before the last one"),
        ("until", "the last day; by default today"),
    )
)

_SECURITY_SCHEMES: Final = {
    "token": {"type": "http", "scheme": "bearer", "description": "made at `/tokens`; works for a year"},
    "session": {"type": "apiKey", "in": "cookie", "name": "daymark-session"},
}
_MODELS: Final[tuple[type[Schema], ...]] = (
    ApiError,
    DayScoreList,
    NudgeDocumentList,
    PersonDocumentList,
    RuleEffectList,
    TeamScoreList,
    WinList,
)


def make_pages_openapi() -> dict[str, Any]:
    """The whole document."""
    _, schemas = models_json_schema([(model, "serialization") for model in _MODELS], ref_template=_REF)
    rep = {"name": "rep", "in": "path", "required": True, "schema": {"type": "string"}, "description": "the id in the roster"}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Daymark pages",
            "version": VERSION,
            "description": "What pages show, for programs, with the rights of whoever made the token.",
        },
        "servers": [{"url": "http://127.0.0.1:8080", "description": "`nudges.public_url`"}],
        "security": [{"token": []}, {"session": []}],
        "components": {
            "securitySchemes": _SECURITY_SCHEMES,
            "schemas": schemas["$defs"],
        },
        "paths": {
            "/api/v1/people": {"get": _get("listPeople", "The reps about whom somebody may ask", PersonDocumentList)},
            "/api/v1/people/{rep}/nudges": {
                "parameters": [rep, *_PERIOD],
                "get": _get("listNudges", "What a rep was sent, with the reasons", NudgeDocumentList, has_period=True),
            },
            "/api/v1/scores": {
                "parameters": list(_PERIOD),
                "get": _get("listScores", "The scores of the reps whom somebody manages", TeamScoreList, has_period=True),
            },
            "/api/v1/people/{rep}/days": {
                "parameters": [rep, *_PERIOD],
                "get": _get("listDays", "The days of a rep, for the rep and for their managers", DayScoreList, has_period=True),
            },
            "/api/v1/scores.csv": {"parameters": list(_PERIOD), "get": _export_scores()},
            "/api/v1/wins": {"get": _get("listWins", "What was celebrated and recognised within four weeks", WinList)},
            "/api/v1/effects": {"get": _get("listEffects", "What the messages of each rule achieve", RuleEffectList)},
        },
    }


def _get(operation: str, summary: str, model: type[Schema], *, has_period: bool = False) -> dict[str, Any]:
    answer = {"description": "the document", "content": _content(model)}
    return {"operationId": operation, "summary": summary, "responses": {"200": answer} | _refusals(has_period=has_period)}


def _export_scores() -> dict[str, Any]:
    description = f"one line per rep and day, with the columns {', '.join(COLUMNS)}"
    answer = {"description": description, "content": {"text/csv": {"schema": {"type": "string"}}}}
    responses = {"200": answer} | _refusals(has_period=True)
    return {"operationId": "exportScores", "summary": "The same as a file for spreadsheets", "responses": responses}


def _refusals(*, has_period: bool) -> dict[str, Any]:
    descriptions = _REFUSALS | ({"400": "the period cannot be meant"} if has_period else {})
    return {
        status: {"description": description, "content": _content(ApiError)}
        for status, description in sorted(descriptions.items())
    }


def _content(model: type[Schema]) -> dict[str, Any]:
    return {_JSON: {"schema": {"$ref": _REF.format(model=model.__name__)}}}
