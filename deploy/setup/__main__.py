"""`python -m deploy.setup secrets | district | administrator | subscriber …`: the jobs of a deployment in containers.

`secrets` makes what PostgreSQL and Kafka need before they start. `district` makes databases, roles, keys and topics on
them, and runs the migrations; it is run again with every upgrade. `administrator` prints a token for the first
administrator, as settings for `./ascertain`. `subscriber` adds, lists and removes those who read the topics.
"""

import asyncio
import sys
from pathlib import Path

import asyncpg
from aiokafka.errors import KafkaError
from pydantic import Field
from pydantic_settings import SettingsConfigDict

from deploy.errors import StackError
from deploy.setup.district import PostgresAt, Setting, introduce_administrator, set_up
from deploy.setup.folder import Folder
from deploy.setup.secrets import make_secrets
from deploy.setup.subscribing import USAGE, subscriber
from shared.runtime.kafka_access import KafkaSettings

JOBS = ("secrets", "district", "administrator")
"""Those without arguments."""


class SetupSettings(KafkaSettings):
    """Prefix `ASCERTAIN_SETUP_` for what is the jobs' alone; Kafka as every service is told of it.

    `folder` holds one folder a part; `databases` begins the names of the district's databases and roles, and the
    topic prefix those of its topics, so that a server may hold many districts. Kafka is reached by the jobs as who may
    do everything there, at its inner listener; `public_host` and `public_ports`, one a broker, are where subscribers
    reach it.
    """

    model_config = SettingsConfigDict(env_prefix="ASCERTAIN_", frozen=True)

    tenant: str | None = None
    setup_folder: Path = Path("/run/ascertain")
    setup_postgres_host: str = "postgres"
    setup_postgres_port: int = 5432
    setup_postgres_user: str = "postgres"
    setup_databases: str = "ascertain"
    setup_brokers: int = Field(default=1, ge=1)
    setup_in_sync: int = Field(default=1, ge=1)
    setup_public_host: str = "localhost"
    setup_public_ports: str = "9095,9096,9097"
    public_url: str = ""

    @property
    def outside(self) -> str:
        """Where a subscriber finds the brokers."""
        ports = self.setup_public_ports.split(",")[: self.setup_brokers]
        return ",".join(f"{self.setup_public_host}:{port}" for port in ports)


def main() -> int:
    """Do one job. 0 where it is done, 1 and one sentence where it cannot be, 2 where it is not known."""
    job, *words = sys.argv[1:] or [""]
    if job != "subscriber" and (job not in JOBS or words):
        sys.stderr.write(f"usage: python -m deploy.setup {' | '.join((*JOBS, USAGE))}\n")
        return 2
    try:
        _do(job, words, SetupSettings())
    except (StackError, KafkaError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        sys.stderr.write(f"{job}: {error or type(error).__name__}\n")
        return 1
    return 0


def _do(job: str, words: list[str], settings: SetupSettings) -> None:
    folder = Folder(settings.setup_folder)
    if job == "secrets":
        make_secrets(folder, settings.tenant or None, [settings.setup_public_host])
        sys.stdout.write("The secrets are there.\n")
    elif job == "district":
        asyncio.run(set_up(_setting(folder, settings)))
        sys.stdout.write(f"The district {folder.read('setup', 'tenant')} is set up.\n")
    elif job == "subscriber":
        told = subscriber(words, folder, settings.kafka_access(), settings.topic_prefix, settings.outside)
        sys.stdout.write(f"{told}\n")
    else:
        person, token = asyncio.run(introduce_administrator(folder))
        sys.stderr.write(f"The administrator is {person}. The token is shown this once.\n")
        sys.stdout.write(f"export ASCERTAIN_URL={settings.public_url} ASCERTAIN_TOKEN={token}\n")


def _setting(folder: Folder, settings: SetupSettings) -> Setting:
    postgres = PostgresAt(
        settings.setup_postgres_host,
        settings.setup_postgres_port,
        settings.setup_postgres_user,
        folder.read("postgres", "password"),
    )
    return Setting(
        folder=folder,
        postgres=postgres,
        kafka=settings.kafka_access(),
        brokers=settings.setup_brokers,
        in_sync=settings.setup_in_sync,
        topics=settings.topic_prefix,
        databases=settings.setup_databases,
    )


if __name__ == "__main__":
    sys.exit(main())
