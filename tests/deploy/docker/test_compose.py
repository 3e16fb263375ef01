"""What must stay true of the compose file, whatever else changes in it."""

import os
import stat
from pathlib import Path

import pytest
import yaml

from deploy.docker.make_secrets import SERVICE_OF_SECRET, make_secrets
from tests.backends import NATS_IMAGE, POSTGRES_IMAGE
from tests.running_daymark import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = ("ingest", "scoring", "nudges", "demo", "daymark")


@pytest.mark.parametrize("name", SERVICES)
def test_daymarks_containers_do_not_run_as_root_and_cannot_write_to_their_image(name: str) -> None:
    service = COMPOSE["services"][name]

    assert int(service["user"]) > 10_000
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", SERVICES[:3])
def test_each_service_has_a_health_check(name: str) -> None:
    assert COMPOSE["services"][name]["healthcheck"]["test"][:4] == ["CMD", "python3", "-m", "deploy.docker.ready"]


def test_ports_are_published_on_this_machine_only() -> None:
    ports = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]

    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_images_are_pinned_and_the_tests_use_the_same() -> None:
    images = {service["image"] for service in COMPOSE["services"].values()}

    assert all(":" in image and not image.endswith(":latest") for image in images)
    assert {NATS_IMAGE, POSTGRES_IMAGE} <= images


def test_what_the_broker_may_store_does_not_depend_on_what_is_free_when_it_starts() -> None:
    configuration = (ROOT / "deploy" / "docker" / "nats.conf").read_text()

    assert "max_file_store: 100GB, max_memory_store: 256MB" in configuration


def test_the_broker_syncs_every_write() -> None:
    assert "sync_interval: always" in (ROOT / "deploy" / "docker" / "nats.conf").read_text()


def test_no_file_of_the_repository_holds_a_secret() -> None:
    for name in ("docker-compose.yml", "deploy/docker/daymark.toml"):
        text = (ROOT / name).read_text()
        assert "whsec_" not in text
        assert "PASSWORD: " not in text.replace("DAYMARK_POSTGRES__PASSWORD: file:", "")


def test_each_service_runs_as_its_own_user_who_owns_its_secrets() -> None:
    users = {name: COMPOSE["services"][name]["user"] for name in SERVICES[:3]}

    assert len(set(users.values())) == 3
    assert COMPOSE["services"]["secrets"]["command"][-3:] == [f"{name}={user}" for name, user in users.items()]


@pytest.mark.skipif(os.getuid() != 0, reason="only root can change the owner of a file")
def test_a_secret_belongs_to_the_service_that_needs_it(tmp_path: Path) -> None:
    make_secrets(tmp_path, owners={"ingest": 10001, "scoring": 10002, "nudges": 10003})

    owners = {path.name: path.stat().st_uid for path in tmp_path.iterdir()}
    assert (owners["postgres-admin"], owners["postgres-scoring"], owners["postgres-nudges"]) == (0, 10002, 10003)
    assert (owners["acme"], owners["api-token"], owners["link-secret"]) == (10001, 10002, 10003)
    assert owners["contact-secret"] == 10001
    assert (owners["forget-key-scoring"], owners["forget-key-nudges"]) == (10002, 10003)


def test_secrets_are_created_once_and_only_their_owner_may_read_them(tmp_path: Path) -> None:
    make_secrets(tmp_path, owners={})
    statuses = {path.name: path.stat() for path in tmp_path.iterdir()}

    make_secrets(tmp_path, owners={})

    assert statuses.keys() == SERVICE_OF_SECRET.keys()
    assert all(stat.S_IMODE(status.st_mode) == 0o400 for status in statuses.values())
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == {
        name: status.st_mtime_ns for name, status in statuses.items()
    }
