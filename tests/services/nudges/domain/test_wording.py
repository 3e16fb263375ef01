"""Which words are used."""

from services.nudges.domain.phrases import pick


def test_wordings_vary_but_are_the_same_for_the_same_occasion() -> None:
    drawn = {pick(4, seed=str(number), used=()) for number in range(50)}

    assert drawn == {0, 1, 2, 3}
    assert pick(4, seed="x", used=()) == pick(4, seed="x", used=())


def test_none_is_used_again_while_it_was_heard_lately() -> None:
    assert pick(3, seed="x", used={0, 2}) == 1
    assert pick(3, seed="x", used={0, 1, 2}) is None
