"""`subscriber`: who outside the platform may read its topics. For the operator of its Kafka.

That is the embedded stack of this folder, unless `ASCERTAIN_KAFKA` names another one; then `ASCERTAIN_KAFKA_USER` and
the other settings of a service (`shared/runtime/kafka_access.py`) say as whom, and it must be one who may do everything
there.
"""

import asyncio
import os
from typing import Annotated

import typer
from pydantic import ValidationError

from cli.errors import CommandError
from deploy.local.description import running
from deploy.local.home import open_home
from deploy.setup.rights import OWN
from deploy.setup.subscribers import Subscribers, told
from shared.runtime.kafka_access import KafkaAccess, KafkaSettings

subscriber = typer.Typer(help="Those who read the topics from outside: add, list, rotate a password, remove.")

Name = Annotated[str, typer.Argument(help="2 to 40 lowercase letters, digits and dashes, a letter first.")]


@subscriber.command("add")
def add(name: Name) -> None:
    """Let someone read the public topics, in consumer groups of this name. Prints what to connect with, this once."""
    subscribers, prefix = _operator()
    print(told(asyncio.run(subscribers.add(name)), prefix))


@subscriber.command("list")
def names() -> None:
    """The names of all subscribers."""
    for name in asyncio.run(_operator()[0].names()):
        print(name)


@subscriber.command("rotate")
def rotate(name: Name) -> None:
    """Give a subscriber a new password, and print it, this once. The old one lets nobody in from then on."""
    subscribers, prefix = _operator()
    print(told(asyncio.run(subscribers.rotate(name)), prefix))


@subscriber.command("remove")
def remove(name: Name) -> None:
    """Let a subscriber read no more, at once."""
    asyncio.run(_operator()[0].remove(name))
    print(f"{name} reads nothing any more.")


def _operator() -> tuple[Subscribers, str]:
    """Subscribers of which Kafka, and the prefix of its district's names. Raises CommandError or StackError."""
    if not os.environ.get("ASCERTAIN_KAFKA"):
        home = open_home()
        bootstrap = running(home).bootstrap
        return Subscribers(KafkaAccess(bootstrap, "SASL_PLAINTEXT", OWN, home.kafka_password(OWN))), ""
    try:
        settings = KafkaSettings()
        return Subscribers(settings.kafka_access(), settings.topic_prefix), settings.topic_prefix
    except ValidationError as error:
        first = error.errors()[0]
        named = "_".join(str(part) for part in first["loc"]).upper()
        raise CommandError(f"ASCERTAIN_{named} cannot be used: {first['msg']}.") from error
    except (OSError, ValueError) as error:
        raise CommandError(f"The settings of Kafka cannot be used: {error}") from error
