"""Contributions, overrides and enrolments as the rows hold them: msgpack lists, members in the named tuples' order.

The rows are a projection's: whoever changes these tuples rebuilds them.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from shared.rulebook.contribution import Contribution
from shared.rulebook.definitions import Enrolment
from shared.rulebook.override import Override, standing_override

_encoder = msgspec.msgpack.Encoder()
_contributions = msgspec.msgpack.Decoder(list[Contribution])
_overrides = msgspec.msgpack.Decoder(list[Override])
_schools = msgspec.msgpack.Decoder(list[tuple[str, int, int]])


def pack(contributions: Sequence[Contribution]) -> bytes:
    return _encoder.encode(contributions)


def unpack(packed: bytes) -> list[Contribution]:
    return _contributions.decode(packed)


class Packed(NamedTuple):
    """What a state is folded from, as its row holds it; columns of the same names."""

    contributions: bytes
    overrides: bytes | None
    judged_under: str | None


def pack_all(contributions: Sequence[Contribution], overrides: Sequence[Override]) -> Packed:
    if not overrides:
        return Packed(pack(contributions), None, None)
    standing = standing_override(overrides)
    return Packed(pack(contributions), _encoder.encode(overrides), None if standing is None else standing.policy)


def unpack_overrides(packed: bytes | None) -> list[Override]:
    return [] if packed is None else _overrides.decode(packed)


def pack_schools(schools: Sequence[Enrolment]) -> bytes:
    return _encoder.encode([(school.school, school.position, school.recorded_at) for school in schools])


def unpack_schools(packed: bytes) -> tuple[Enrolment, ...]:
    return tuple(Enrolment(*school) for school in _schools.decode(packed))
