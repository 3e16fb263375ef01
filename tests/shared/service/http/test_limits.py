"""How many files a process may open, and how many connections that allows."""

import resource
from collections.abc import Iterator

import pytest

from shared.service.http.limits import PROBE_LIMITS, connections_max, raise_open_files_limit


@pytest.fixture(autouse=True)
def _same_limit_afterwards() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_a_process_may_open_as_many_files_as_the_system_allows() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (900, hard))

    raise_open_files_limit()

    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == min(hard, 65_536)


@pytest.mark.parametrize(("files", "connections"), [(1_024, 640), (400, 200)])
def test_connections_leave_files_for_the_service_itself(files: int, connections: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))

    assert connections_max() == connections


def test_the_connections_of_probes_and_of_others_together_leave_files_for_the_service_itself() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1_024, hard))

    assert PROBE_LIMITS.connections_max is not None
    assert connections_max() + PROBE_LIMITS.connections_max == 1_024 - 256
