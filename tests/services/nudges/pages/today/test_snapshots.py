"""What pages show of a team, as HTML: only what differs is rendered and sent."""

from dataclasses import replace

from services.nudges.pages.rendering import Renderer
from services.nudges.pages.today.rep_rows import RepRow, Standing
from services.nudges.pages.today.snapshots import take_snapshot
from services.nudges.pages.today.team_view import TeamView
from tests.services.nudges.builders.people import NORTH

ROWS = tuple(
    RepRow(id=name.lower(), name=name, address=f"/people/{name}", standing=Standing.ON_THE_WAY) for name in ("Ana", "Zoe")
)
VIEW = TeamView(id=NORTH.id, name="North", timezone="UTC", summary="2 on the way", rows=ROWS)


def test_a_row_that_is_as_it_was_is_neither_rendered_nor_sent_again() -> None:
    renderer = Renderer()
    before = take_snapshot(renderer, VIEW)
    marked = replace(before, fragments={**before.fragments, "rep-zoe": "as it was"})

    after = take_snapshot(renderer, replace(VIEW, rows=(replace(ROWS[0], score="50"), ROWS[1])), marked)

    assert after.fragments["rep-zoe"] == "as it was"
    assert list(after.changed_since(marked)) == ["rep-ana"]
    assert after.fingerprint != before.fingerprint
    assert take_snapshot(renderer, VIEW).fingerprint == before.fingerprint
