"""Which errors mean that a server is down or busy, so that the work is repeated."""

import asyncpg
import nats.errors
import nats.js.errors
import pytest

from shared.errors import DaymarkError
from shared.jetstream.publisher import NotStored
from shared.jetstream.streams import StreamRefused
from shared.postgres.migrations import MigrationChanged
from shared.transient_errors import TRANSIENT_ERRORS


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(),
        ConnectionResetError(),
        TimeoutError(),
        asyncpg.TooManyConnectionsError(),
        asyncpg.CannotConnectNowError(),
        asyncpg.DeadlockDetectedError(),
        asyncpg.LockNotAvailableError(),
        asyncpg.ConnectionDoesNotExistError(),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.InternalClientError("cannot switch to state 15"),
        asyncpg.ProtocolError(),
        nats.errors.ConnectionClosedError(),
        nats.errors.NoServersError(),
        nats.errors.TimeoutError(),
        nats.js.errors.ServiceUnavailableError(),
        NotStored(),
        StreamRefused(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_server_that_is_down_or_busy_is_transient(error: Exception) -> None:
    assert isinstance(error, TRANSIENT_ERRORS)


@pytest.mark.parametrize(
    "error",
    [KeyError(), ValueError(), TypeError(), AssertionError(), DaymarkError(), MigrationChanged()],
    ids=lambda error: type(error).__name__,
)
def test_a_mistake_in_the_code_or_in_the_data_is_not_transient(error: Exception) -> None:
    assert not isinstance(error, TRANSIENT_ERRORS)
