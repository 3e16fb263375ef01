"""The page about access says what the catalogue says."""

from deploy.access.catalogue import USERS
from tests.contract.access import ACCESS, access


def test_the_page_that_is_checked_in_is_what_the_catalogue_gives() -> None:
    assert ACCESS.read_text(encoding="utf-8") == access(), "run `python -m tests.contract.access`"


def test_every_user_and_every_subject_is_on_the_page() -> None:
    page = access()

    for user in USERS:
        assert f"\n### {user.name}\n" in page
        assert all(f"`{subject}`" in page for subject in (*user.publish, *user.subscribe))
