"""What must stay true of the compose file, whatever else changes in it."""

import hashlib
import json
import os
import stat
from pathlib import Path

import pytest
import yaml

from deploy.access.catalogue import SERVICE_USERS, USERS
from deploy.access.server_configuration import users_configuration
from deploy.docker.make_secrets import READ_BY_GROUP, SERVICE_OF_SECRET, USERS_FILE, make_secrets
from tests.backends import NATS_IMAGE, POSTGRES_IMAGE
from tests.running_daymark import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = ("ingest", "scoring", "nudges", "demo", "daymark")
USER_IDS = {"ingest": 10001, "scoring": 10002, "nudges": 10003, "demo": 10004, "operator": 10005}
USERS_OF_NATS = {"ingest": "ingest", "scoring": "scoring", "nudges": "nudges", "daymark": "operator"}


@pytest.mark.parametrize("name", SERVICES)
def test_daymarks_containers_do_not_run_as_root_and_cannot_write_to_their_image(name: str) -> None:
    service = COMPOSE["services"][name]

    assert all(int(number) > 10_000 for number in service["user"].split(":"))
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


def test_ingest_measures_the_disk_of_each_volume_of_a_server_and_can_write_to_none() -> None:
    ingest = COMPOSE["services"]["ingest"]
    disks = json.loads(ingest["environment"]["DAYMARK_INGEST__DISKS"])

    assert disks.keys() == {"nats", "postgres"}
    assert all(f"{volume}:{folder}:ro" in ingest["volumes"] for volume, folder in disks.items())


def test_the_broker_syncs_every_write() -> None:
    assert "sync_interval: always" in (ROOT / "deploy" / "docker" / "nats.conf").read_text()


def test_no_file_of_the_repository_holds_a_secret() -> None:
    for name in ("docker-compose.yml", "deploy/docker/daymark.toml"):
        text = (ROOT / name).read_text()
        assert "whsec_" not in text
        assert "PASSWORD: " not in text.replace("__PASSWORD: file:", "")


def test_the_image_gets_all_packages_and_no_name_of_a_user_that_debian_may_have() -> None:
    lines = (ROOT / "deploy" / "docker" / "Dockerfile").read_text().splitlines()
    copied = {line.split()[1] for line in lines if line.startswith("COPY ")}
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    (adding,) = [line for line in lines if line.strip().startswith("useradd ")]

    assert {"shared", "services", "deploy"} < copied
    assert copied == let_through
    assert '"daymark-${user%:*}"' in adding.split(";")[0].split()


def test_each_container_runs_as_its_own_user_who_owns_its_secrets() -> None:
    users = {name: COMPOSE["services"][name]["user"].partition(":")[0] for name in SERVICES}

    owners = {"operator" if name == "daymark" else name: user for name, user in users.items()}
    assert len(set(users.values())) == len(SERVICES)
    assert {owner: int(user) for owner, user in owners.items()} == USER_IDS
    assert COMPOSE["services"]["secrets"]["command"][-5:] == [f"{name}={user}" for name, user in owners.items()]


@pytest.mark.parametrize(("container", "user"), USERS_OF_NATS.items())
def test_each_container_logs_in_to_nats_as_its_own_user(container: str, user: str) -> None:
    environment = COMPOSE["services"][container]["environment"]

    assert environment["DAYMARK_NATS__USER"] == user
    assert environment["DAYMARK_NATS__PASSWORD"] == f"file:/secrets/nats-{user}"


def test_nats_is_given_its_users_and_no_other_secret() -> None:
    server = COMPOSE["services"]["nats"]
    text = (ROOT / "deploy" / "docker" / "nats.conf").read_text()

    assert f"include ./access/{USERS_FILE}" in text
    assert "nats-access:/etc/nats/access:ro" in server["volumes"]
    assert "./deploy/docker/nats.conf:/etc/nats/daymark.conf:ro" in server["volumes"]
    assert not any(volume.startswith("secrets:") for volume in server["volumes"])
    assert server["depends_on"]["secrets"] == {"condition": "service_completed_successfully"}
    holders = [name for name, service in COMPOSE["services"].items() if "nats-access:" in str(service.get("volumes"))]
    assert holders == ["secrets", "nats"]


def test_other_permissions_make_the_container_of_nats_anew() -> None:
    """It reads the file of users when it starts, and compose starts it again only if its own definition has changed."""
    permissions = users_configuration({user.name: "" for user in USERS})

    assert COMPOSE["services"]["nats"]["labels"] == {"daymark.access": hashlib.sha256(permissions.encode()).hexdigest()[:16]}


def test_the_file_of_users_holds_the_passwords_and_is_written_again_at_each_start(tmp_path: Path) -> None:
    make_secrets(tmp_path / "secrets", access=tmp_path / "access", owners={})
    file = tmp_path / "access" / USERS_FILE
    written = file.read_text()
    file.write_text("of an earlier version")

    make_secrets(tmp_path / "secrets", access=tmp_path / "access", owners={})

    assert file.read_text() == written
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    for user in USERS:
        assert (tmp_path / "secrets" / f"nats-{user.name}").read_text() in written


@pytest.mark.skipif(os.getuid() != 0, reason="only root can change the owner of a file")
def test_a_secret_belongs_to_the_service_that_needs_it(tmp_path: Path) -> None:
    make_secrets(tmp_path, access=tmp_path / "access", owners=USER_IDS)

    owners = {path.name: path.stat().st_uid for path in tmp_path.iterdir()}
    assert {user: owners[f"nats-{user}"] for user in (*SERVICE_USERS, "demo", "operator")} == USER_IDS
    assert owners["nats-reader"] == 0
    assert (owners["postgres-admin"], owners["postgres-scoring"], owners["postgres-nudges"]) == (0, 10002, 10003)
    assert (owners["acme"], owners["api-token"], owners["link-secret"]) == (10001, 10002, 10003)
    assert owners["contact-secret"] == 10001
    assert (owners["forget-key-scoring"], owners["forget-key-nudges"]) == (10002, 10003)


def test_secrets_are_created_once_and_only_their_owner_may_read_them(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    make_secrets(folder, access=tmp_path / "access", owners={})
    statuses = {path.name: path.stat() for path in folder.iterdir()}

    make_secrets(folder, access=tmp_path / "access", owners={})

    assert statuses.keys() == SERVICE_OF_SECRET.keys()
    modes = {name: stat.S_IMODE(status.st_mode) for name, status in statuses.items()}
    assert modes == {name: 0o440 if name in READ_BY_GROUP else 0o400 for name in SERVICE_OF_SECRET}
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == {
        name: status.st_mtime_ns for name, status in statuses.items()
    }


@pytest.mark.skipif(os.getuid() != 0, reason="only root can change the owner of a file")
def test_commands_may_read_a_secret_of_a_source_that_an_operator_has_added(tmp_path: Path) -> None:
    own, other = tmp_path / "hubspot", tmp_path / "something"
    for path, owner in ((own, 10001), (other, 10002)):
        path.write_text("secret")
        path.chmod(0o400)
        os.chown(path, owner, owner)

    make_secrets(tmp_path, access=tmp_path / "access", owners=USER_IDS)

    assert (stat.S_IMODE(own.stat().st_mode), stat.S_IMODE(other.stat().st_mode)) == (0o440, 0o400)
