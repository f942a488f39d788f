"""Principals on Kafka and their rights, kept by Kafka itself: passwords as SCRAM-SHA-512, rights as its ACLs."""

import asyncio
import secrets
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)

from deploy.errors import StackError
from deploy.setup.rights import Right
from shared.runtime.kafka_access import SCRAM, KafkaAccess

ITERATIONS = 4096
"""The least that Kafka takes, which is enough: passwords are 192 random bits, never words that could be guessed."""

SECONDS = 15.0

_TYPES = {"topic": ResourceType.TOPIC, "group": ResourceType.GROUP}
_OPERATIONS = {"read": AclOperation.READ, "write": AclOperation.WRITE}


def new_password() -> str:
    return secrets.token_hex(24)


class Principals:
    """The principals of one Kafka, kept by one who may do everything there (`access`).

    Every method raises StackError where Kafka does not answer or refuses.
    """

    def __init__(self, access: KafkaAccess) -> None:
        self._access = access
        self._admin: Any = AdminClient(  # typed too narrowly by those who published its types
            {**access.librdkafka(), "log_level": 0, "socket.timeout.ms": int(SECONDS * 1000)}
        )

    async def names(self) -> frozenset[str]:
        """Everyone who has a password, but for who is written into the broker's own settings."""
        known = await self._answer(self._admin.describe_user_scram_credentials(request_timeout=SECONDS))
        return frozenset(known)

    async def is_ready(self, seconds: float) -> bool:
        """Whether a broker answers within so long, and knows that it is one."""
        try:
            described = await asyncio.wrap_future(self._admin.describe_cluster(request_timeout=seconds))
        except KafkaException:
            return False
        return bool(described.nodes)

    async def put_passwords(self, passwords: Mapping[str, str]) -> None:
        """Give each principal that password and no other; the broker that answered takes them from then on."""
        upserts = [
            UserScramCredentialUpsertion(
                name, ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS), password.encode()
            )
            for name, password in passwords.items()
        ]
        await self._answers(self._admin.alter_user_scram_credentials(upserts, request_timeout=SECONDS))
        # a broker learns a little later what its controller has written, all of it at once
        name, password = next(iter(passwords.items()))
        signed_in = Principals(replace(self._access, user=name, password=password, mechanism=SCRAM))
        if not await signed_in.is_ready(SECONDS):
            raise StackError(f"Kafka at {self._access.bootstrap} does not take the password it was given for {name}.")

    async def put_rights(self, rights: Mapping[str, Iterable[Right]]) -> None:
        """Let each principal do exactly that, and take from it whatever else it may do."""
        wanted = {_binding(name, right) for name, mine in rights.items() for right in mine}
        found = {binding for binding in await self._bindings() if binding.principal.removeprefix("User:") in rights}
        if surplus := found - wanted:
            await self._answers(self._admin.delete_acls([_exactly(it) for it in surplus], request_timeout=SECONDS))
        if missing := wanted - found:
            await self._answers(self._admin.create_acls(list(missing), request_timeout=SECONDS))

    async def remove(self, name: str) -> None:
        """Take rights and password: what is connected may do nothing from then on, and nobody can connect."""
        await self.put_rights({name: ()})
        deletion = UserScramCredentialDeletion(name, ScramMechanism.SCRAM_SHA_512)
        await self._answers(self._admin.alter_user_scram_credentials([deletion], request_timeout=SECONDS))

    async def _bindings(self) -> list[AclBinding]:
        anything: Any = None  # what matches every name, principal or host
        every = AclBindingFilter(
            ResourceType.ANY,
            anything,
            ResourcePatternType.ANY,
            anything,
            anything,
            AclOperation.ANY,
            AclPermissionType.ANY,
        )
        return list(await self._answer(self._admin.describe_acls(every, request_timeout=SECONDS)))

    async def _answers(self, futures: Mapping[Any, "Future[Any]"]) -> None:
        for future in futures.values():
            await self._answer(future)

    async def _answer(self, future: "Future[Any]") -> Any:
        try:
            return await asyncio.wrap_future(future)
        except KafkaException as error:
            raise StackError(
                f"Kafka at {self._access.bootstrap} did not do as it was asked: {reason(error)}"
            ) from error


def reason(error: KafkaException) -> str:
    """What librdkafka says of an error, as words."""
    told: Any = error.args[0]
    return str(told.str()) if hasattr(told, "str") else str(told)


def _binding(principal: str, right: Right) -> AclBinding:
    pattern = ResourcePatternType.PREFIXED if right.within else ResourcePatternType.LITERAL
    operation, allow = _OPERATIONS[right.may], AclPermissionType.ALLOW
    return AclBinding(_TYPES[right.what], right.name, pattern, f"User:{principal}", "*", operation, allow)


def _exactly(binding: AclBinding) -> AclBindingFilter:
    return AclBindingFilter(
        binding.restype,
        binding.name,
        binding.resource_pattern_type,
        binding.principal,
        binding.host,
        binding.operation,
        binding.permission_type,
    )
