"""The job `subscriber`: what `./ascertain subscriber` is on a machine, for a district in containers."""

import asyncio
from dataclasses import replace
from pathlib import Path

from deploy.errors import StackError
from deploy.setup.certificates import AUTHORITY
from deploy.setup.folder import Folder
from deploy.setup.subscribers import Subscribers, told
from shared.runtime.kafka_access import KafkaAccess

USAGE = "subscriber add NAME | list | rotate NAME | remove NAME | ca"
CA_FILE = Path("kafka-ca.pem")


def subscriber(words: list[str], folder: Folder, access: KafkaAccess, prefix: str, outside: str) -> str:
    """What is to be printed. `access` is who may do everything on Kafka; `outside` is where subscribers find it.

    Raises StackError.
    """
    if words == ["ca"]:
        return folder.read(*AUTHORITY)
    subscribers = Subscribers(access, prefix)
    match words:
        case ["list"]:
            return "\n".join(asyncio.run(subscribers.names()))
        case ["add", name]:
            given = asyncio.run(subscribers.add(name))
        case ["rotate", name]:
            given = asyncio.run(subscribers.rotate(name))
        case ["remove", name]:
            asyncio.run(subscribers.remove(name))
            return f"{name} reads nothing any more."
        case _:
            raise StackError(f"usage: {USAGE}")
    reached = replace(given, bootstrap=outside, ca_file=CA_FILE)
    return f"{told(reached, prefix)}\n# {CA_FILE} is what `subscriber ca` prints"
