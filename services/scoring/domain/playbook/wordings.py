"""The manager's words in a playbook: which changes are only words, and which are explained by none."""

from collections.abc import Iterator
from dataclasses import replace

from services.scoring.domain.playbook.playbook import Behaviour, Playbook, Playbooks


def find_reworded(playbook: Playbook, playbooks: Playbooks) -> Playbook | None:
    """The known version that this playbook says in other words, with these words. None if it is another version."""
    same_day = (known for known in playbooks.of(playbook.team) if known.effective_from == playbook.effective_from)
    known = next(same_day, None)
    if known is None or not playbook.judges_like(known):
        return None
    return replace(playbook, number=known.number, revises=known.revises)


def find_unexplained(before: Playbook | None, after: Playbook) -> Iterator[str]:
    """The labels of the behaviours that are new or changed, and about which neither they nor the version say why."""
    if after.message:
        return
    known = {behaviour.key: _rules(behaviour) for behaviour in before.behaviours} if before is not None else {}
    for behaviour in after.behaviours:
        if not behaviour.reason and known.get(behaviour.key) != _rules(behaviour):
            yield behaviour.label


def _rules(behaviour: Behaviour) -> Behaviour:
    """Without its words: its name, and the reason for it."""
    return replace(behaviour, label="", reason="")
