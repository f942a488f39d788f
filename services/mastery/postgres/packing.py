"""Contributions and enrolments as the rows hold them: msgpack lists, their members in the order of the named tuples.

The rows are a projection's: whoever changes these tuples rebuilds them.
"""

from collections.abc import Sequence

import msgspec

from shared.rulebook.contribution import Contribution
from shared.rulebook.definitions import Enrolment

_encoder = msgspec.msgpack.Encoder()
_contributions = msgspec.msgpack.Decoder(list[Contribution])
_schools = msgspec.msgpack.Decoder(list[tuple[str, int, int]])


def pack(contributions: Sequence[Contribution]) -> bytes:
    return _encoder.encode(contributions)


def unpack(packed: bytes) -> list[Contribution]:
    return _contributions.decode(packed)


def pack_schools(schools: Sequence[Enrolment]) -> bytes:
    return _encoder.encode([(school.school, school.position, school.recorded_at) for school in schools])


def unpack_schools(packed: bytes) -> tuple[Enrolment, ...]:
    return tuple(Enrolment(*school) for school in _schools.decode(packed))
