"""A broker with the very settings of `deploy/compose.yaml`, as a process on the loopback instead of a container."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped] # comes with the server, without types

from deploy.local.home import ROOT
from deploy.local.kafka import KafkaServer
from deploy.local.ports import LOOPBACK, free_port
from deploy.setup.folder import Folder
from deploy.setup.rights import OWN
from shared.runtime.kafka_access import KafkaAccess

COMPOSE: Mapping[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
LISTENERS = {"CLIENTS": "9092", "SUBSCRIBERS": "9095", "BROKERS": "9094", "CONTROLLER": "9093", "HERE": "19092"}
SMALL = {
    "offsets.topic.num.partitions": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    "group.initial.rebalance.delay.ms": "0",
    "log.cleaner.dedupe.buffer.size": "2097152",
}
"""What lets it start sooner."""

NO_PART_OF_THEM = ("KAFKA_HEAP_OPTS", "KAFKA_OPTS")
"""Variables that the image takes for itself; all other ones that begin with KAFKA_ are the broker's settings."""


def resolved(text: str, told: Mapping[str, str] | None = None) -> str:
    """As compose resolves it: `${NAME:-default}` by what it is told, `$$` to `$`."""
    filled = re.sub(r"(?<!\$)\$\{(\w+):-([^}]*)\}", lambda found: (told or {}).get(found[1]) or found[2], text)
    return filled.replace("$$", "$")


def broker_settings(service: str = "kafka") -> dict[str, str]:
    """As the official image makes them from its variables: `_` is a dot, and three of them are a dash."""
    environment = COMPOSE["services"][service]["environment"]
    return {
        name.removeprefix("KAFKA_").lower().replace("_", ".").replace("...", "-"): resolved(str(value))
        for name, value in environment.items()
        if name.startswith("KAFKA_") and name not in NO_PART_OF_THEM
    }


class ComposedKafka(KafkaServer):
    """One broker of compose's, with what the job `secrets` made in `secrets`. It is `localhost` by every name."""

    def __init__(self, folder: Path, secrets: Folder) -> None:
        self.ports: dict[str, int] = {}
        for listener in LISTENERS:
            self.ports[listener] = free_port(frozenset(self.ports.values()))
        self.secrets = secrets
        super().__init__(
            folder,
            port=self.ports["BROKERS"],
            controller_port=self.ports["CONTROLLER"],
            log=folder / "log",
            password=secrets.read("kafka", "password"),
        )

    def at(self, listener: str) -> str:
        return f"localhost:{self.ports[listener]}"

    @property
    def ca(self) -> Path:
        return self.secrets.of("trusted") / "kafka-ca.pem"

    @property
    def access(self) -> KafkaAccess:
        """As the jobs reach it."""
        return KafkaAccess(self.at("BROKERS"), "SASL_SSL", OWN, self._password, "PLAIN", self.ca)

    def _write_settings(self, data: Path) -> None:
        settings = {name: self._here(value) for name, value in broker_settings().items()} | SMALL
        settings["log.dirs"] = str(data)
        self._settings.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))

    def _here(self, text: str) -> str:
        """The same setting with this process's folder and ports."""
        for listener, inner in LISTENERS.items():
            text = re.sub(rf"(?<=:){inner}\b", str(self.ports[listener]), text)
        text = text.replace("/run/ascertain", str(self.secrets.path)).replace("://:", f"://{LOOPBACK}:")
        return re.sub(r"(?<=[/@])kafka(?=:)", "localhost", text)
