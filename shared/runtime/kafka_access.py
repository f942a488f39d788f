"""How any client of ours reaches Kafka: where it is, as whom, and what it trusts. Every client is made with it."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

Protocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
Mechanism = Literal["SCRAM-SHA-512", "PLAIN"]

SCRAM: Mechanism = "SCRAM-SHA-512"


@dataclass(frozen=True, slots=True)
class KafkaAccess:
    """`bootstrap` is `host:port`, several with commas. A protocol with SASL names a principal; one with SSL checks
    the broker's certificate and name, against `ca_file` (PEM) or, without one, against what the machine trusts.

    Raises ValueError, without the password, where the parts do not fit together.
    """

    bootstrap: str
    protocol: Protocol = "PLAINTEXT"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    mechanism: Mechanism = SCRAM
    ca_file: Path | None = None

    def __post_init__(self) -> None:
        if not self.bootstrap.strip():
            raise ValueError("Kafka's address is empty: ASCERTAIN_KAFKA must be host:port.")
        if self.has_principal and not (self.user and self.password):
            raise ValueError(f"{self.protocol} needs a user and a password: ASCERTAIN_KAFKA_USER and _PASSWORD(_FILE).")
        if not self.has_principal and (self.user or self.password):
            raise ValueError(
                f"{self.protocol} takes no user and no password; ASCERTAIN_KAFKA_PROTOCOL must be SASL_SSL or "
                "SASL_PLAINTEXT for them to be used."
            )
        if self.ca_file is not None and not self.is_encrypted:
            raise ValueError(f"{self.protocol} takes no CA file; ASCERTAIN_KAFKA_PROTOCOL must be SASL_SSL or SSL.")

    @property
    def has_principal(self) -> bool:
        return self.protocol.startswith("SASL_")

    @property
    def is_encrypted(self) -> bool:
        return self.protocol.endswith("SSL")

    def options(self) -> dict[str, Any]:
        """Keyword arguments for any aiokafka client. Raises OSError where the CA file cannot be read."""
        options: dict[str, Any] = {"bootstrap_servers": self.bootstrap, "security_protocol": self.protocol}
        if self.has_principal:
            options["sasl_mechanism"] = self.mechanism
            options["sasl_plain_username"] = self.user
            options["sasl_plain_password"] = self.password
        if self.is_encrypted:
            options["ssl_context"] = ssl.create_default_context(cafile=self.ca_file)
        return options

    def librdkafka(self) -> dict[str, str]:
        """The same as settings of librdkafka, on which confluent-kafka and most clients outside Java rest."""
        named: Mapping[str, str | None] = {
            "bootstrap.servers": self.bootstrap,
            "security.protocol": self.protocol,
            "sasl.mechanism": self.mechanism if self.has_principal else None,
            "sasl.username": self.user,
            "sasl.password": self.password,
            "ssl.ca.location": None if self.ca_file is None else str(self.ca_file),
        }
        return {name: value for name, value in named.items() if value is not None}


class KafkaSettings(BaseSettings):
    """Kafka as the environment tells of it. The password is in `kafka_password_file`, or is `kafka_password` itself.

    A name on Kafka (topic, consumer group, principal) begins with `topic_prefix`.
    """

    model_config = SettingsConfigDict(env_prefix="ASCERTAIN_", frozen=True)

    kafka: str = "127.0.0.1:9092"
    kafka_protocol: Protocol = "PLAINTEXT"
    kafka_mechanism: Mechanism = SCRAM
    kafka_user: str | None = None
    kafka_password: SecretStr | None = None
    kafka_password_file: Path | None = None
    kafka_ca_file: Path | None = None
    topic_prefix: str = ""

    def kafka_access(self) -> KafkaAccess:
        """Raises OSError where the password's file cannot be read, ValueError where the settings do not fit."""
        return KafkaAccess(
            bootstrap=self.kafka,
            protocol=self.kafka_protocol,
            user=self.kafka_user,
            password=self._password(),
            mechanism=self.kafka_mechanism,
            ca_file=self.kafka_ca_file,
        )

    def _password(self) -> str | None:
        if self.kafka_password_file is not None:
            return self.kafka_password_file.read_text().strip()
        return None if self.kafka_password is None else self.kafka_password.get_secret_value()
