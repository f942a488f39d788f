"""`python -m deploy.setup secrets | district | administrator`: the jobs of a deployment in containers, in this order.

`secrets` makes what PostgreSQL and Kafka need before they start. `district` makes databases, roles, keys and topics on
them, and runs the migrations; it is run again with every upgrade. `administrator` prints a token for the first
administrator, as settings for `./ascertain`.
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
from deploy.setup.secrets import Folder, make_secrets
from shared.runtime.kafka_access import KafkaSettings

JOBS = ("secrets", "district", "administrator")


class SetupSettings(KafkaSettings):
    """Prefix `ASCERTAIN_SETUP_` for what is the jobs' alone; Kafka as every service is told of it.

    `folder` holds one folder a part; `databases` begins the names of the district's databases and roles, and the
    topic prefix those of its topics, so that a server may hold many districts.
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
    public_url: str = ""


def main() -> int:
    """Do one job. 0 where it is done, 1 and one sentence where it cannot be, 2 where it is not known."""
    if len(sys.argv) != 2 or sys.argv[1] not in JOBS:
        sys.stderr.write(f"usage: python -m deploy.setup {' | '.join(JOBS)}\n")
        return 2
    try:
        _do(sys.argv[1], SetupSettings())
    except (StackError, KafkaError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        sys.stderr.write(f"{sys.argv[1]}: {error or type(error).__name__}\n")
        return 1
    return 0


def _do(job: str, settings: SetupSettings) -> None:
    folder = Folder(settings.setup_folder)
    if job == "secrets":
        make_secrets(folder, settings.tenant or None)
        sys.stdout.write("The secrets are there.\n")
    elif job == "district":
        asyncio.run(set_up(_setting(folder, settings)))
        sys.stdout.write(f"The district {folder.read('setup', 'tenant')} is set up.\n")
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
