"""Which Kafka a command talks to, and as whom.

`ASCERTAIN_KAFKA` and the other settings of a service (`shared/runtime/kafka_access.py`) say so; without them it is the
embedded stack of this folder, as its operator.
"""

import os

from pydantic import ValidationError

from cli.errors import CommandError
from deploy.local.description import running
from deploy.local.home import open_home
from deploy.setup.rights import OWN
from shared.runtime.kafka_access import KafkaAccess, KafkaSettings


def kafka_named() -> tuple[KafkaAccess, str]:
    """How it is reached, and the prefix of its district's names. Raises CommandError or StackError."""
    if not os.environ.get("ASCERTAIN_KAFKA"):
        home = open_home()
        return KafkaAccess(running(home).bootstrap, "SASL_PLAINTEXT", OWN, home.kafka_password(OWN)), ""
    try:
        settings = KafkaSettings()
        return settings.kafka_access(), settings.topic_prefix
    except ValidationError as error:
        first = error.errors()[0]
        named = "_".join(str(part) for part in first["loc"]).upper()
        raise CommandError(f"ASCERTAIN_{named} cannot be used: {first['msg']}.") from error
    except (OSError, ValueError) as error:
        raise CommandError(f"The settings of Kafka cannot be used: {error}") from error
