"""A manager writes and publishes a version: over HTTP, with scoring on a real database."""

from datetime import date

import httpx
import pytest
import yaml

from shared.requests.client import NoResponder
from tests.services.nudges.pages.browser import visible_text
from tests.services.nudges.pages.doors.visits import Visits
from tests.services.nudges.pages.playbook.forms import EDIT, fields_of, press
from tests.services.nudges.pages.playbook.scoring import PlaybookScoring


async def test_fridays_target_is_changed_from_next_monday_in_three_clicks(
    mara: httpx.AsyncClient, playbooks: PlaybookScoring
) -> None:
    playbook = await mara.get("/playbook")
    form = await mara.get(EDIT)
    published = await press(mara, form, "publish", behaviour__0__fri="6")
    done = await mara.get(published.headers["location"])

    assert f'href="{EDIT}"' in playbook.text
    opened = fields_of(form.text)
    assert (opened["effective_from"], opened["behaviour.0.fri"], opened["behaviour.0.sat"]) == ("2026-03-09", "5", "")
    assert "Published. The reps get the announcement in their working hours." in visible_text(done)
    shown = await playbooks.show()
    newest = shown.versions[-1]
    assert newest.changes[0].startswith("Calls: target 4 a day from Monday to Thursday, 6 on Friday (before: ")
    assert (newest.effective_from, shown.publications[0].published_by) == (date(2026, 3, 9), "Mara Lind")
    before = shown.versions[0].text
    assert newest.text == before.replace("2026-01-01", "2026-03-09").replace("fri: 5", "fri: 6")
    export = await mara.get(f"/playbook/north/export?version={newest.version}")
    assert export.text == newest.text
    assert export.headers["content-disposition"] == 'attachment; filename="playbook-north.yaml"'


async def test_a_form_that_is_published_as_it_was_opened_changes_nothing(
    mara: httpx.AsyncClient, playbooks: PlaybookScoring
) -> None:
    before = await playbooks.show()

    published = await press(mara, await mara.get(EDIT), "publish")

    assert published.headers["location"] == "/playbook/north?done=nothing"
    assert await playbooks.show() == before


async def test_other_words_alone_keep_the_version(mara: httpx.AsyncClient, playbooks: PlaybookScoring) -> None:
    form = await mara.get(EDIT)
    typed = await press(mara, form, "preview", message="Talk\n more.")
    published = await press(mara, form, "publish", message="Talk\n more.", behaviour__1__why="They pay us.")

    assert "Only words change." in typed.text
    assert published.headers["location"] == "/playbook/north?done=wording"
    (version,) = (await playbooks.show()).versions
    assert (version.document.message, version.document.behaviours[1].reason) == ("Talk more.", "They pay us.")


async def test_a_preview_says_what_would_change_for_whom_and_publishes_nothing(
    mara: httpx.AsyncClient, playbooks: PlaybookScoring
) -> None:
    await playbooks.record_calls(days=7, a_day=2)
    before = await playbooks.show()

    previewed = await press(mara, await mara.get(EDIT), "preview", behaviour__0__mon="8", behaviour__0__why="")

    text = visible_text(previewed)
    assert "Calls: target 8 on Monday, 4 a day from Tuesday to Thursday" in text.replace(
        "on Tuesday to", "a day from Tuesday to"
    )
    assert '<th scope="row">Ana Ruiz</th>' in text
    assert "target: {mon: 8, tue: 4, wed: 4, thu: 4, fri: 5}" in text
    assert await playbooks.show() == before
    assert fields_of(previewed.text)["behaviour.0.mon"] == "8"


async def test_mistakes_stand_at_their_fields_and_nothing_that_was_typed_is_lost(
    mara: httpx.AsyncClient, playbooks: PlaybookScoring
) -> None:
    refused = await press(
        mara,
        await mara.get(EDIT),
        "publish",
        behaviour__0__fri="many",
        behaviour__1__weight="0",
        behaviour__1__min_amount="lots",
        goal__0__step_min="2",
        message="x" * 501,
        effective_from="2026-02-01",
    )

    assert refused.status_code == 409
    for field, sentence in (
        ("behaviour.0.target", "Must be a number, or a number by weekday."),
        ("behaviour.1.weight", "Must be more than 0."),
        ("behaviour.1.min_amount", "Must be a number."),
        ("goal.0", "The smallest and the largest step belong together; write both or neither."),
        ("message", "Must be at most 500 characters."),
    ):
        assert f'id="mistake-{field}" data-live>{sentence}</span>' in refused.text
    typed = fields_of(refused.text)
    assert (typed["behaviour.0.fri"], typed["behaviour.1.min_amount"], typed["message"]) == ("many", "lots", "x" * 501)
    assert len((await playbooks.show()).versions) == 1
    past = await press(mara, await mara.get(EDIT), "publish", effective_from="2026-02-01", behaviour__0__fri="7")
    assert 'id="mistake-effective_from" data-live>Must be today or later' in past.text


async def test_behaviours_and_goals_are_added_and_removed_without_a_script(
    mara: httpx.AsyncClient, playbooks: PlaybookScoring
) -> None:
    page = await mara.get(EDIT)
    for button in ("remove-behaviour.1", "remove-goal.0", "add-behaviour", "add-goal"):
        page = await press(mara, page, button)
    typed = {f"behaviour.1.{name}": value for name, value in (("label", "Calls"), ("mon", "2"), ("directions", "outbound"))}
    typed |= {
        "goal.0.label": "Año, neu",
        "goal.0.step": "3",
        "behaviour.1.kinds": 'call, "a, b",call',
        "behaviour.1.stages": "",
    }
    fields = {**fields_of(page.text), **typed, "do": "publish"}

    published = await mara.post(EDIT, data=fields)

    assert published.headers["location"] == "/playbook/north?done=version"
    text = (await playbooks.show()).versions[-1].text
    file = yaml.safe_load(text)
    assert [behaviour["key"] for behaviour in file["behaviours"]] == ["calls", "calls-2"]
    assert file["behaviours"][1]["counts"] == {"kinds": ["a, b", "call"], "directions": ["outbound"]}
    assert file["behaviours"][1]["target"] == {"mon": 2}
    assert [(goal["key"], goal["label"], goal["step"]) for goal in file["goals"]] == [("a-o-neu", "Año, neu", 3)]
    assert file["unverified"] == {"counts": True, "bursts": {"more_than": 5, "within_s": 60}}


async def test_suggested_targets_are_shown_and_taken_over_with_one_click(
    mara: httpx.AsyncClient, playbooks: PlaybookScoring
) -> None:
    await playbooks.record_calls(days=56, a_day=3)
    form = await mara.get(EDIT)

    taken = await press(mara, form, "suggested.0", behaviour__0__why="As we do.")

    assert form.text.count("on two days out of five: </span>3</span>") == 4
    fields = fields_of(taken.text)
    assert [fields[f"behaviour.0.{day}"] for day in ("mon", "tue", "wed", "thu", "fri")] == ["3", "3", "3", "3", "5"]
    assert fields["behaviour.0.why"] == "As we do."


async def test_of_two_managers_the_second_sees_what_changed_and_publishes_with_one_more_click(
    playbook_visits: Visits, mara: httpx.AsyncClient, playbooks: PlaybookScoring
) -> None:
    nia = await playbook_visits.sign_in("nia")
    of_nia, of_mara = await nia.get(EDIT), await mara.get(EDIT)
    await press(mara, of_mara, "publish", behaviour__0__fri="6")

    refused = await press(nia, of_nia, "publish", behaviour__1__weight="50")
    again = await press(nia, refused, "publish")

    assert refused.status_code == 409
    text = visible_text(refused)
    assert "Not published yet: somebody else has published in the meantime." in text
    assert "A version, published by Mara Lind" in text
    assert "(before: 4 a day from Monday to Thursday, 5 on Friday)" in text
    assert fields_of(refused.text)["behaviour.1.weight"] == "50"
    assert again.headers["location"] == "/playbook/north?done=version"
    *_, second = (await playbooks.show()).versions
    assert [row.published_by for row in (await playbooks.show()).publications] == ["Nia Boss", "Mara Lind", None]
    assert second.document.behaviours[1].weight == "50"


async def test_whoever_publishes_at_the_same_moment_is_asked_too(
    mara: httpx.AsyncClient, playbooks: PlaybookScoring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the check and the publication somebody else publishes."""
    form = await mara.get(EDIT)
    publish = playbooks._publish

    async def publish_second(file: object) -> object:
        monkeypatch.setattr(playbooks, "_publish", publish)
        await playbooks.apply(
            playbook=(await playbooks.show()).versions[0].text.replace("2026-01-01", "2026-03-16").replace("60", "61")
        )
        return await publish(file)  # type: ignore[arg-type]  # whatever was posted

    monkeypatch.setattr(playbooks, "_publish", publish_second)
    refused = await press(mara, form, "publish", behaviour__0__fri="6")

    assert refused.status_code == 409
    assert "Somebody else has published a playbook for this team meanwhile." in visible_text(refused)
    assert "A version, applied from a file" in visible_text(refused)
    assert (await press(mara, refused, "publish")).status_code == 303


async def test_nothing_is_lost_while_scoring_is_away(mara: httpx.AsyncClient, playbooks: PlaybookScoring) -> None:
    form = await mara.get(EDIT)
    playbooks.failure = NoResponder()

    previewed = await press(mara, form, "preview", behaviour__0__fri="6")
    published = await press(mara, form, "publish", behaviour__0__fri="6")

    assert "There is no preview just now." in previewed.text
    assert published.status_code == 409
    assert "nothing is published twice" in published.text
    assert fields_of(published.text)["behaviour.0.fri"] == "6"
    assert (await mara.get(EDIT)).status_code == (await mara.get("/playbook")).status_code == 503
    playbooks.failure = None
    assert (await press(mara, published, "publish")).status_code == 303


async def test_who_stops_managing_while_the_form_is_open_publishes_nothing(
    mara: httpx.AsyncClient, playbooks: PlaybookScoring
) -> None:
    form = await mara.get(EDIT)
    await playbooks.apply(roster="teams: [{id: north, name: North, managers: [{id: nia, name: Nia Boss}]}]")
    refused = await press(mara, form, "publish", behaviour__0__fri="6")

    assert refused.status_code == 409
    assert "You don&#39;t manage this team today" in refused.text
    assert len((await playbooks.show()).versions) == 1


async def test_a_form_of_another_session_is_refused(mara: httpx.AsyncClient, playbooks: PlaybookScoring) -> None:
    form = await mara.get(EDIT)

    refused = await press(mara, form, "publish", behaviour__0__fri="6", csrf="forged")

    assert refused.status_code == 403
    assert len((await playbooks.show()).versions) == 1


async def test_a_team_without_a_playbook_begins_with_one_empty_behaviour(
    playbook_visits: Visits, playbooks: PlaybookScoring
) -> None:
    jon = await playbook_visits.sign_in("jon")
    empty, form = await jon.get("/playbook"), await jon.get("/playbook/south/edit")

    assert "No playbook yet" in empty.text
    assert "data-live>Must" not in form.text
    fields = fields_of(form.text) | {"behaviour.0.label": "Calls", "behaviour.0.mon": "3", "do": "publish"}
    assert (await jon.post("/playbook/south/edit", data=fields)).status_code == 303
    assert (await playbooks.show("south")).versions[0].document.behaviours[0].key == "calls"


async def test_the_form_and_its_mistakes_are_in_spanish(mara: httpx.AsyncClient) -> None:
    mara.headers["Accept-Language"] = "es"

    refused = await press(
        mara, await mara.get(EDIT), "publish", behaviour__0__fri="many", goal__0__step_min="2", behaviour__0__cap="1,75"
    )

    for part in (
        "Todavía no se ha publicado. Corrige lo que se marca abajo; todo lo que has escrito sigue aquí.",
        "data-live>Debe ser un número, o un número por día de la semana.</span>",
        "data-live>El paso más pequeño y el más grande van juntos; escribe los dos o ninguno.</span>",
        "Hay 2 cosas que corregir antes. Están marcadas en su sitio.",
        'sáb<span class="unseen">: objetivo de Calls</span>',
        '<option value="outbound">saliente</option>',
        'data-done="La vista previa está al día."',
        'name="behaviour.0.cap" value="1.75"',
    ):
        assert part in refused.text
