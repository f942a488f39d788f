"""Settings of a service, from the environment (prefix `ASCERTAIN_`). Read once, in `main.py`, and passed on.

Where `ASCERTAIN_SECRETS` names a folder, a setting may also be a file in it, `ascertain_database` for instance: so that
no password stands in an environment. The environment goes first; an empty variable counts as none.
"""

import os
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SecretsSettingsSource, SettingsConfigDict

from shared.contracts.values import Id
from shared.ledger.identifiers import Ledger
from shared.runtime.kafka_access import KafkaSettings


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no time zone; use a name such as 'America/New_York'") from error
    return name


class Settings(KafkaSettings):
    """What every service is told. A DSN names database, role and host; a URL has no trailing slash.

    `GET /metrics` is told on `metrics_port`, if that is given, instead of on `port`; by the gateway nowhere else.
    `keys` holds this service's own private key as `<name>.pem`; `trusted` the public keys of every issuer as
    `<issuer>.jwks.json`.
    """

    model_config = SettingsConfigDict(env_ignore_empty=True)

    tenant: Id
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 0
    metrics_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    database: str
    database_migrator: str | None = None
    keys: Path
    trusted: Path
    evidence_url: str = ""
    mastery_url: str = ""
    portfolio_url: str = ""
    audit_url: str = ""
    gateway_url: str = ""
    log_level: str = "info"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as pydantic-settings calls it
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        folder = os.environ.get("ASCERTAIN_SECRETS")
        files = [SecretsSettingsSource(settings_cls, secrets_dir=folder)] if folder else []
        return (init_settings, env_settings, *files)

    @property
    def zone(self) -> ZoneInfo:
        """The district's time zone: in it a date ends."""
        return ZoneInfo(self.time_zone)

    def topic(self, ledger: Ledger) -> str:
        """The Kafka topic of a ledger."""
        return f"{self.topic_prefix}{ledger}.ledger"

    @property
    def states_topic(self) -> str:
        """The Kafka topic of states."""
        return f"{self.topic_prefix}mastery.state"

    def group(self, service: str) -> str:
        """The consumer group of a service."""
        return f"{self.topic_prefix}{service}"
