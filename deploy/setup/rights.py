"""Who may do what on Kafka. Nobody may do anything else: a broker of ours refuses what no right names.

A principal is a name that signs in to Kafka. Each service has one, and each subscriber; the deployment's own, which
makes topics, principals and rights, may do everything. All names begin with the district's topic prefix.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from deploy.errors import StackError

OWN = "stack"
"""The principal of the deployment itself."""

LEDGERS = ("evidence.ledger", "definitions.ledger")
STATES = "mastery.state"
PUBLIC = (*LEDGERS, STATES)
"""The topics that subscribers read."""

NAME = re.compile(r"[a-z][a-z0-9-]{1,39}")


@dataclass(frozen=True, slots=True)
class Right:
    """One thing a principal may do, with the topic or the consumer group of that name; if `within`, with all whose
    names begin so.
    """

    what: Literal["topic", "group"]
    name: str
    may: Literal["read", "write"]
    within: bool = False


_READS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"evidence": (), "mastery": PUBLIC, "portfolio": LEDGERS, "audit": LEDGERS, "gateway": LEDGERS}
)
_WRITES: Mapping[str, tuple[str, ...]] = MappingProxyType({"evidence": LEDGERS, "mastery": (STATES,)})

SERVICES = tuple(_READS)


def rights_of_service(service: str, prefix: str = "") -> frozenset[Right]:
    """What a service does by its design: the relays write, the projections read, each in groups of its own name.

    Mastery also looks at what lies on the topic that it writes.
    """
    read = [Right("topic", prefix + topic, "read") for topic in _READS[service]]
    written = [Right("topic", prefix + topic, "write") for topic in _WRITES.get(service, ())]
    return frozenset([*read, *written, *(_groups(prefix + service) if read else ())])


def rights_of_subscriber(name: str, prefix: str = "") -> frozenset[Right]:
    """Read every public topic, in the group `{prefix}{name}` and in all that begin with `{prefix}{name}.`."""
    return frozenset([*(Right("topic", prefix + topic, "read") for topic in PUBLIC), *_groups(prefix + name)])


def subscriber_name(text: str) -> str:
    """`text`, fit to name a subscriber. Without dots, so that no subscriber's groups are another's.

    Raises StackError where it is not.
    """
    if not NAME.fullmatch(text):
        raise StackError(
            f"A subscriber's name has 2 to 40 lowercase letters, digits and dashes, and begins with a letter; {text!r} "
            "does not."
        )
    if text == OWN or text in SERVICES:
        raise StackError(f"The name {text} is taken by a part of Ascertain; choose another one for the subscriber.")
    return text


def _groups(name: str) -> tuple[Right, Right]:
    return Right("group", name, "read"), Right("group", name + ".", "read", within=True)
