"""`subscriber`: who outside the platform may read its topics. For the operator of its Kafka.

That is the embedded stack of this folder, unless `ASCERTAIN_KAFKA` names another one (`cli/kafka.py`); then it must be
as one who may do everything there.
"""

import asyncio
from typing import Annotated

import typer

from cli.kafka import kafka_named
from deploy.setup.subscribers import Subscribers, told

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
    access, prefix = kafka_named()
    return Subscribers(access, prefix), prefix
