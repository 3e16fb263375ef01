"""What publishing a draft would do: its mistakes, its changes, the reps' last weeks under it, and what others did meanwhile."""

import asyncio
from dataclasses import replace
from datetime import datetime

import asyncpg

from services.scoring.definitions.apply_definitions import is_revision
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.definitions.stored_definitions import Publication, edition_of, list_publications
from services.scoring.domain.definition_files.playbook_file import read_playbooks, refuse_unknown_teams
from services.scoring.domain.definition_files.playbook_text import playbook_text
from services.scoring.domain.definition_files.yaml_document import DefinitionRefused
from services.scoring.domain.definitions import Definitions
from services.scoring.domain.playbook.descriptions import describe_changes
from services.scoring.domain.playbook.playbook import Playbook
from services.scoring.domain.playbook.wordings import find_unexplained
from services.scoring.explain.preview_playbook import NothingToPreview, preview_playbooks
from services.scoring.playbooks.show_playbook import publication_row
from shared.languages.messages import gettext, marked
from shared.requests.definitions import PreviewQuery, PreviewRep
from shared.requests.playbook.drafts import Draft, DraftMistake, DraftQuery

_FILE = "draft"
_PAST = marked("must be today or later; the past is changed with `daymark playbook apply --revise` only")


async def draft_playbook(pool: asyncpg.Pool, cache: DefinitionsCache, query: DraftQuery, *, now: datetime) -> Draft:
    """Changes nothing. Mistakes are those that applying the file would name."""
    async with pool.acquire() as connection:
        definitions = await cache.read(connection)
        publications = await list_publications(connection, query.team)
    draft = _meanwhile(query, definitions, publications)
    try:
        playbook = await asyncio.to_thread(read_draft, query)
        refuse_unknown_teams(query.text, [playbook], definitions.roster.team_ids, file=_FILE)
    except DefinitionRefused as refused:
        mistakes = tuple(DraftMistake(key=mistake.key, problem=mistake.problem) for mistake in refused.mistakes)
        return draft.model_copy(update={"mistakes": mistakes})
    rewords = _find_rewords(playbook, definitions)
    if rewords is None and playbook not in definitions.playbooks.of(query.team) and is_revision(playbook, definitions, now=now):
        return draft.model_copy(update={"mistakes": (DraftMistake(key="effective_from", problem=gettext(_PAST)),)})
    before = definitions.playbooks.in_force(query.team, playbook.effective_from)
    if rewords is not None:
        playbook = replace(playbook, effective_from=rewords.effective_from)
    return draft.model_copy(
        update={
            "text": playbook_text(playbook),
            "changes": describe_changes(before, playbook) if before is not None else (),
            "rewords": rewords.effective_from if rewords is not None else None,
            "is_published": playbook in definitions.playbooks.of(query.team),
            "unexplained": tuple(find_unexplained(before, playbook)),
            "preview": await _preview(pool, cache, query, now=now) if query.weeks else (),
        }
    )


def read_draft(query: DraftQuery) -> Playbook:
    """The only playbook of the draft.

    Raises:
        DefinitionRefused: it has mistakes.
    """
    playbook, *others = read_playbooks(query.text, file=_FILE)
    assert playbook.team == query.team, "the form of a team writes its file"
    assert not others, "a form writes one version"
    return playbook


def _find_rewords(playbook: Playbook, definitions: Definitions) -> Playbook | None:
    """The version in force on the day on which the draft begins, if the draft differs from it by nothing but words."""
    before = definitions.playbooks.in_force(playbook.team, playbook.effective_from)
    return before if before is not None and playbook.judges_like(before) else None


def _meanwhile(query: DraftQuery, definitions: Definitions, publications: list[Publication]) -> Draft:
    """What was published since the draft was begun."""
    edition = edition_of(publications)
    if not query.edition or query.edition == edition:
        return Draft(edition=edition)
    newer = tuple(
        publication_row(publication, definitions.roster) for publication in publications if not publication.is_in(query.edition)
    )
    versions = definitions.playbooks.of(query.team)
    changes: tuple[str, ...] = ()
    if query.base and versions:
        base, *_ = read_playbooks(query.base, file="base")
        changes = describe_changes(base, versions[-1])
    return Draft(edition=edition, newer=newer, newer_changes=changes)


async def _preview(pool: asyncpg.Pool, cache: DefinitionsCache, query: DraftQuery, *, now: datetime) -> tuple[PreviewRep, ...]:
    try:
        preview = await preview_playbooks(pool, cache, PreviewQuery(name=_FILE, text=query.text, weeks=query.weeks), now=now)
    except NothingToPreview:
        return ()
    return tuple(rep.model_copy(update={"days": ()}) for rep in preview.reps)
