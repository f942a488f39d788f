"""Subscribers: principals of others, who read the public topics in groups of their own name, and do nothing else."""

from dataclasses import replace

from deploy.errors import StackError
from deploy.setup.principals import Principals, new_password
from deploy.setup.rights import NAME, OWN, PUBLIC, SERVICES, rights_of_subscriber, subscriber_name
from shared.runtime.kafka_access import SCRAM, KafkaAccess


class Subscribers:
    """Those of one district, whose names on Kafka begin with `prefix`; kept as `access`, who may do everything.

    Every method raises StackError: where a name is not fit, taken or unknown, and where Kafka does not do it.
    """

    def __init__(self, access: KafkaAccess, prefix: str = "") -> None:
        self._access, self._prefix = access, prefix
        if not access.has_principal:
            raise StackError(f"Kafka at {access.bootstrap} asks nobody who they are, so everybody reads it already.")
        self._principals = Principals(access)

    async def names(self) -> list[str]:
        """Without the prefix, in order."""
        known = [name.removeprefix(self._prefix) for name in await self._all() if name.startswith(self._prefix)]
        return sorted(name for name in known if NAME.fullmatch(name) and name not in (OWN, *SERVICES))

    async def add(self, name: str) -> KafkaAccess:
        """Make one. What it connects with: nobody can ask for its password again."""
        principal = self._prefix + subscriber_name(name)
        if principal in await self._all():
            raise StackError(
                f"There is a subscriber {name} already. A new password: ./ascertain subscriber rotate {name}"
            )
        await self._principals.put_rights({principal: rights_of_subscriber(name, self._prefix)})
        return await self._with_new_password(principal)

    async def rotate(self, name: str) -> KafkaAccess:
        """Give it a new password. Who is connected stays so; who connects needs the new one."""
        return await self._with_new_password(await self._known(name))

    async def remove(self, name: str) -> None:
        """From now on it may read nothing, also where it is connected, and cannot connect again."""
        await self._principals.remove(await self._known(name))

    async def _known(self, name: str) -> str:
        principal = self._prefix + subscriber_name(name)
        if principal not in await self._all():
            raise StackError(f"There is no subscriber {name}. Those there are: ./ascertain subscriber list")
        return principal

    async def _all(self) -> frozenset[str]:
        return await self._principals.names()

    async def _with_new_password(self, principal: str) -> KafkaAccess:
        password = new_password()
        await self._principals.put_passwords({principal: password})
        return replace(self._access, user=principal, password=password, mechanism=SCRAM)


def told(access: KafkaAccess, prefix: str = "") -> str:
    """What a subscriber needs to connect, as settings that a shell can read, with the rest as comments."""
    settings = {
        "ASCERTAIN_KAFKA": access.bootstrap,
        "ASCERTAIN_KAFKA_PROTOCOL": access.protocol,
        "ASCERTAIN_KAFKA_MECHANISM": access.mechanism,
        "ASCERTAIN_KAFKA_USER": access.user,
        "ASCERTAIN_KAFKA_PASSWORD": access.password,
        "ASCERTAIN_KAFKA_CA_FILE": access.ca_file,
        "ASCERTAIN_TOPIC_PREFIX": prefix or None,
    }
    lines = [f"export {name}={text}" for name, text in settings.items() if text is not None]
    return "\n".join(
        [
            "# The password is shown this once. To connect, with any client of Kafka:",
            *lines,
            f"# topics, to read from their first record: {', '.join(prefix + topic for topic in PUBLIC)}",
            f"# consumer groups: {access.user}, and every name that begins with {access.user}.",
        ]
    )
