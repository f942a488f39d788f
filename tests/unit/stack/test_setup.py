"""What is set up for a district in containers: secrets once, settings as files, nothing published but the gateway."""

import re
import uuid
from pathlib import Path

import pytest

from deploy.errors import StackError
from deploy.local.home import ROOT
from deploy.setup.district import PostgresAt
from deploy.setup.folder import Folder
from deploy.setup.secrets import make_secrets
from shared.runtime.settings import Settings

COMPOSE = (ROOT / "deploy" / "compose.yaml").read_text()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    for part in ("setup", "postgres", "evidence"):
        (tmp_path / part).mkdir()
    return Folder(tmp_path)


def contents(folder: Folder) -> dict[str, str]:
    return {str(file): file.read_text() for file in folder.path.rglob("*") if file.is_file()}


def test_secrets_are_made_once_and_differ_between_districts(folder: Folder, tmp_path: Path) -> None:
    make_secrets(folder, None)
    first = contents(folder)
    make_secrets(folder, None)
    assert contents(folder) == first
    make_secrets(Folder(tmp_path / "another"), None)
    another = contents(Folder(tmp_path / "another"))
    assert len(first) == len(another) == 11
    assert not set(first.values()) & set(another.values())


def test_the_group_reads_what_the_servers_need_and_everybody_only_what_is_public(folder: Folder) -> None:
    make_secrets(folder, None)
    modes = {
        str(file.relative_to(folder.path)): file.stat().st_mode & 0o777
        for file in folder.path.rglob("*")
        if file.is_file()
    }
    assert {name for name, mode in modes.items() if mode == 0o640} == {
        "postgres/password",
        "kafka/password",
        "kafka/own.properties",
        "kafka/broker.pem",
        "kafka/ca.pem",
    }
    assert {name for name, mode in modes.items() if mode == 0o644} == {"trusted/kafka-ca.pem"}
    assert set(modes.values()) == {0o600, 0o640, 0o644}


def test_a_district_keeps_its_id(folder: Folder) -> None:
    tenant = str(uuid.uuid4())
    make_secrets(folder, tenant)
    assert folder.read("setup", "tenant") == tenant
    with pytest.raises(StackError, match="for life"):
        make_secrets(folder, str(uuid.uuid4()))
    with pytest.raises(StackError, match="no district's id"):
        make_secrets(folder, "springfield")


def test_a_secret_that_was_never_made_is_a_sentence(folder: Folder) -> None:
    with pytest.raises(StackError, match="run the job `secrets` first"):
        folder.read("setup", "tenant")


def test_a_setting_may_be_a_file_and_the_environment_goes_first(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = str(uuid.uuid4())
    folder.settings(
        "evidence",
        {"tenant": tenant, "database": "postgresql://x", "keys": "/k", "trusted": "/t", "log_level": "error"},
    )
    monkeypatch.setenv("ASCERTAIN_SECRETS", str(folder.of("evidence")))
    monkeypatch.setenv("ASCERTAIN_LOG_LEVEL", "debug")
    monkeypatch.setenv("ASCERTAIN_DATABASE", "")  # an empty one counts as none
    settings = Settings()
    assert (settings.tenant, settings.database, settings.log_level) == (tenant, "postgresql://x", "debug")


def test_a_password_of_any_letters_fits_a_dsn() -> None:
    assert PostgresAt("db", 5432, "postgres", "a/b@c:d").dsn() == "postgresql://postgres:a%2Fb%40c%3Ad@db:5432/postgres"


def test_compose_names_no_password_and_publishes_the_gateway_alone_on_the_loopback() -> None:
    assert re.findall(r"ports: (.*)", COMPOSE) == ['["127.0.0.1:${ASCERTAIN_PORT:-8400}:8080"]']
    assert not re.search(r"(?im)^ *\w*(password|token|key)(?!store_)\w*: *[\"']?\w", COMPOSE)
    assert not re.search(r"""(?i)password=["']?(?!\$\$\{file:/run/)\w""", COMPOSE)
    assert re.findall(r"image: ([\w/]+:[\w.]+)", COMPOSE) == ["apache/kafka:4.3.1", "postgres:18"]
    assert "internal: true" in COMPOSE


def test_outside_brokers_are_published_on_the_loopback_unless_told_otherwise() -> None:
    outside = (ROOT / "deploy" / "outside.yaml").read_text()
    published = re.findall(r'ports: \["(.*)"\]', outside)
    assert len(published) == 3
    assert all(it.startswith("${ASCERTAIN_KAFKA_BIND:-127.0.0.1}:") and it.endswith(":9095") for it in published)


def test_a_district_of_three_brokers_is_set_up_once_all_three_are_there() -> None:
    waits = re.findall(r"(kafka-\d): \{condition: service_healthy, required: false\}", COMPOSE)
    assert waits == ["kafka-2", "kafka-3"]
