"""How often one address may ask for a link."""

from datetime import timedelta

from services.nudges.pages.doors import asking_limit
from services.nudges.pages.doors.asking_limit import AskingLimit
from tests.services.nudges.builders.days import NOON

SECOND = timedelta(seconds=1)
TEN_MINUTES = timedelta(minutes=10)


def test_an_address_may_ask_so_often_within_ten_minutes_and_others_do_not_count() -> None:
    limit = AskingLimit(asked_max=2)

    assert [limit.allows("192.0.2.1", now=NOON + second * SECOND) for second in range(3)] == [True, True, False]
    assert limit.allows("192.0.2.2", now=NOON)
    assert not limit.allows("192.0.2.1", now=NOON + TEN_MINUTES - SECOND)
    assert limit.allows("192.0.2.1", now=NOON + TEN_MINUTES)
    assert not limit.allows("192.0.2.1", now=NOON + TEN_MINUTES)
    assert limit.allows("192.0.2.1", now=NOON + TEN_MINUTES + SECOND)


def test_a_network_of_ipv6_is_one_address() -> None:
    limit = AskingLimit(asked_max=1)

    assert limit.allows("2001:db8::1", now=NOON)
    assert not limit.allows("2001:db8::2", now=NOON)
    assert limit.allows("2001:db8:0:1::1", now=NOON)


def test_a_limited_number_of_addresses_is_kept_in_mind() -> None:
    limit = AskingLimit(asked_max=1)
    count = asking_limit._ADDRESSES_MAX

    for number in range(count + 1):
        assert limit.allows(f"host-{number}", now=NOON)

    assert not limit.allows(f"host-{count}", now=NOON)
    assert limit.allows("host-0", now=NOON)
