"""Exhibitions written into a ledger by a test, sealed as the contract says and by none of the code that seals them."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from services.evidence.domain.tallying import tally
from shared.contracts.exhibitions import Asked
from shared.ledger.canonical import canonical
from shared.ledger.identifiers import shard_of
from tests.support.ledger_writer import TENANT, named
from tests.support.portfolio import WorkWriter

KEY = bytes(range(32))
BEST = {"question": "best", "kind": "choice", "options": ["boxer", "clover"]}


def rating(work: str) -> dict[str, Any]:
    return {"question": "well", "kind": "rating", "work": work, "options": ["1", "2", "3"]}


def ballot(n: int) -> str:
    """The ballot of the token n."""
    return hashlib.sha256(n.to_bytes(16, "big")).hexdigest()


def commitment(exhibition: str, key: bytes = KEY) -> str:
    return hashlib.sha256(b"ascertain exhibition key" + UUID(exhibition).bytes + key).hexdigest()


def sealed(exhibition: str, n: int, answers: Mapping[str, str], *, length: int = 200, key: bytes = KEY) -> str:
    cipher = AESSIV(hashlib.sha512(b"ascertain ballot" + key).digest())
    place = [UUID(exhibition).bytes, bytes.fromhex(ballot(n))]
    return cipher.encrypt(canonical(dict(answers)).ljust(length), place).hex()


class ExhibitionWriter(WorkWriter):
    """Writes exhibitions. `more`: members of a body."""

    def teach(self, section: str, school: str, teacher: str, *learners: str) -> None:
        """A section of the school, with its teacher and its learners."""
        course = named("a course")
        self._definition(
            "SectionOpened", f"section/{section}", {"section": section, "school": school, "course": course}
        )
        self.grant(teacher, "teacher", f"section/{section}")
        for learner in learners:
            body = {"school": school, "section": section, "course": course}
            self.say("LearnerEnrolled", learner, f"learner/{learner}", body)

    def grant(self, person: str, role: str, scope: str) -> None:
        self._definition("RoleGranted", f"person/{person}", {"person": person, "role": role, "scope": scope})

    def plan(self, exhibition: str, works: Sequence[str], school: str, **more: Any) -> str:
        event = exhibition if not self._versions[f"exhibition/{exhibition}"] else None
        body = {"school": school, "works": list(works), "roles": ["family", "staff"], **more}
        return self._of_exhibition("ExhibitionPlanned", exhibition, body, event=event)

    def open(self, exhibition: str, asked: Sequence[Mapping[str, Any]] = (BEST,), **more: Any) -> str:
        body = {"commitment": commitment(exhibition), "asked": [dict(one) for one in asked], **more}
        return self._of_exhibition("ExhibitionOpened", exhibition, body)

    def issue(self, exhibition: str, n: int, role: str = "family") -> str:
        body = {"ballot": ballot(n), "role": role}
        return self._of_exhibition("BallotIssued", exhibition, body, stream=f"ballot/{exhibition}/{ballot(n)}")

    def vote(self, exhibition: str, n: int, answers: Mapping[str, str], **more: Any) -> str:
        body = {"ballot": ballot(n), "sealed": sealed(exhibition, n, answers), **more}
        return self._of_exhibition("ExhibitionVoteCast", exhibition, body, stream=f"ballot/{exhibition}/{ballot(n)}")

    def close(self, exhibition: str) -> str:
        return self._of_exhibition("ExhibitionClosed", exhibition, {})

    def publish_tally(
        self,
        exhibition: str,
        votes: Sequence[tuple[str, Mapping[str, str]]],
        *,
        asked: Sequence[Mapping[str, Any]] = (BEST,),
        issued: int | None = None,
        **more: Any,
    ) -> str:
        """What `evidence` would tell of these votes, each with its role."""
        questions = [Asked.model_validate(one) for one in asked]
        told = tally(exhibition, questions, len(votes) if issued is None else issued, votes, KEY.hex())
        body = {**told.model_dump(mode="json", exclude_none=True), **more}
        return self._of_exhibition("TallyPublished", exhibition, body, stream=f"tally/{exhibition}")

    def _of_exhibition(
        self, name: str, exhibition: str, body: dict[str, Any], *, event: str | None = None, stream: str | None = None
    ) -> str:
        where = ("evidence", shard_of(TENANT, exhibition))
        what = (name, exhibition, stream or f"exhibition/{exhibition}")
        return self._append(where, what, {"exhibition": exhibition, **body}, event, None)


def held(
    writer: ExhibitionWriter, exhibition: str, votes: Sequence[tuple[str, Mapping[str, str]]], **told: Any
) -> None:
    """An open exhibition's ballots, votes, close and tally: the n-th vote is of the token n."""
    for n, (role, answers) in enumerate(votes):
        writer.issue(exhibition, n, role)
        writer.vote(exhibition, n, answers)
    writer.close(exhibition)
    writer.publish_tally(exhibition, votes, **told)


FAIR = named("fair")
