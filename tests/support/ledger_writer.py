"""Ledgers written by a test: raw entries and documents as DESIGN §3 and §11 describe them, without any service."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from shared.ledger.identifiers import definitions_owner, shard_of
from shared.ledger.instants import Instant, instant_text

TENANT = str(uuid5(NAMESPACE_OID, "tenant"))
BEGINS: Instant = 1_790_000_000_000


def named(name: str) -> str:
    """An id that a test can call by a name, the same in every run."""
    return str(uuid5(NAMESPACE_OID, name))


def policy_document(
    method: str = "ascertain.latest@1",
    *,
    weight: str | None = None,
    cut: str = "3",
    levels: Sequence[tuple[str, str]] = (("0", "Beginning"), ("2", "Developing"), ("3", "Proficient")),
    counts: Sequence[str] = ("performance",),
    pieces: int = 1,
    kinds: int = 1,
    redo: str = "replaces",
    top: str = "4",
    override: str | None = None,
    title: str = "A policy",
    days_apart: int | None = None,
    counted_kinds: Sequence[str] | None = None,
    **second: Any,
) -> dict[str, Any]:
    """With `override`, `days_apart` or any of the members that the second form alone has, it is of that form.

    `kinds` is the minimum's; the kinds that count are `counted_kinds`.
    """
    if counted_kinds is not None:
        second["kinds"] = list(counted_kinds)
    spread = {} if days_apart is None else {"days_apart": days_apart}
    if override is None and (second or spread):
        override = "stands"
    return {
        "format": "ascertain.policy@1" if override is None else "ascertain.policy@2",
        "title": title,
        "scale": {"top": top, "cut": cut, "levels": [{"at": at, "name": name} for at, name in levels]},
        "method": method,
        "parameters": {} if weight is None else {"weight": weight},
        "counts": list(counts),
        "minimum": {"pieces": pieces, "kinds": kinds, **spread},
        "redo": redo,
        **({} if override is None else {"override": override}),
        **second,
    }


def framework_document(framework: str, competencies: Sequence[str]) -> dict[str, Any]:
    return {
        "format": "ascertain.framework@1",
        "id": framework,
        "title": "A framework",
        "competencies": [
            {"id": competency, "code": f"c.{index}", "statement": "Can do it."}
            for index, competency in enumerate(competencies)
        ],
        "prerequisites": [],
    }


class LedgerWriter:
    """Writes entries one by one, positions gapless in each shard; `now` is moved by the test.

    `occurred` is an instant, `now` where it is not given. Every method returns the event's id.
    """

    def __init__(self) -> None:
        self.now = BEGINS
        self.entries: list[dict[str, Any]] = []
        self.documents: dict[str, dict[str, Any]] = {}
        self._positions: dict[tuple[str, int], int] = defaultdict(int)
        self._versions: dict[str, int] = defaultdict(int)

    def enrol(self, learner: str, school: str) -> str:
        return self._evidence("LearnerEnrolled", learner, f"learner/{learner}", {"learner": learner, "school": school})

    def attempt(self, learner: str, *results: Mapping[str, Any], **more: Any) -> str:
        """`more`: purpose, occurred, redo_of, course, task, work, id."""
        return self._piece("AttemptRecorded", learner, results, {}, **more)

    def score(self, learner: str, *results: Mapping[str, Any], **more: Any) -> str:
        """As `attempt`, by a rubric: every result names its criterion. `more`: feedback_ref too."""
        return self._piece("RubricScored", learner, results, {"rubric": "ab" * 32}, **more)

    def observe(self, learner: str, *results: Mapping[str, Any], **more: Any) -> str:
        """As `attempt`: somebody watched her."""
        return self._piece("ObservationRecorded", learner, results, {}, **more)

    def count_moves(self, learner: str, *results: Mapping[str, Any], **more: Any) -> str:
        """As `observe`, in a seminar: what she did was counted, and there need be no results."""
        counted = {"seminar": str(UUID(int=8)), "moves_by": "ab" * 32, "moves": [{"move": "asks", "count": 2}]}
        return self._piece("ObservationRecorded", learner, results, counted, **more)

    def attest(self, learner: str, *results: Mapping[str, Any], **more: Any) -> str:
        """As `attempt`, without `redo_of`: shown elsewhere."""
        return self._piece("PriorMasteryAttested", learner, results, {"basis": "transfer"}, **more)

    def rate(self, learner: str, *ratings: Mapping[str, Any], **more: Any) -> str:
        """What an audience gave a work of hers, each rating of one competency. `more`: occurred, id."""
        event = more.get("id") or str(uuid5(UUID(learner), f"AudienceTallied {len(self.entries)}"))
        rows = [
            {
                "question": row.get("criterion") or f"question-{n}",
                "competencies": [row["competency"]],
                "answers": 5,
                "earned": row["earned"],
                "possible": row["possible"],
            }
            for n, row in enumerate(ratings)
        ]
        body = {"learner": learner, "exhibition": event, "work": event, "tally": event, "ratings": rows}
        stream, occurred = f"evidence/{event}", more.get("occurred")
        return self._evidence("AudienceTallied", learner, stream, body, event=event, occurred=occurred)

    def reflect(self, learner: str, *ratings: Mapping[str, Any], **more: Any) -> str:
        """`more`: occurred, id. A text is always there."""
        event = more.get("id") or str(uuid5(UUID(learner), f"ReflectionRecorded {len(self.entries)}"))
        body: dict[str, Any] = {"learner": learner, "text_ref": "ef" * 32}
        if ratings:
            body["ratings"] = list(ratings)
        stream, occurred = f"evidence/{event}", more.get("occurred")
        return self._evidence("ReflectionRecorded", learner, stream, body, event=event, occurred=occurred)

    def supersede(self, learner: str, evidence: str, by: str) -> str:
        """`by`, which must have been written, stands in the place of `evidence`."""
        body = {"learner": learner, "evidence": evidence, "by": by}
        return self._evidence("EvidenceSuperseded", learner, f"evidence/{evidence}", body)

    def override(self, learner: str, competency: str, policy: Mapping[str, Any], at: str, **more: Any) -> str:
        """A level set, which begins `at` on the scale of `policy`. `more`: occurred."""
        body = {
            "learner": learner,
            "competency": competency,
            "policy": self.keep(policy),
            "at": at,
            "reason_ref": "cd" * 32,
        }
        stream = f"override/{learner}/{competency}"
        return self._evidence("LevelOverridden", learner, stream, body, occurred=more.get("occurred"))

    def clear(self, learner: str, competency: str, override: str) -> str:
        body = {"learner": learner, "competency": competency, "override": override}
        return self._evidence("OverrideCleared", learner, f"override/{learner}/{competency}", body)

    def void(self, learner: str, evidence: str) -> str:
        body = {"learner": learner, "evidence": evidence}
        return self._evidence("EvidenceVoided", learner, f"evidence/{evidence}", body)

    def hand_in(self, work: str) -> str:
        """A version of a work, of one text."""
        body = {"work": work, "artefacts": [{"kind": "text", "content_ref": "ab" * 32}]}
        return self._evidence("WorkVersionAdded", work, f"work/{work}", body)

    def say(self, name: str, learner: str, stream: str, body: dict[str, Any]) -> str:
        """Any other event of a learner's: its name, its stream and its body."""
        return self._evidence(name, learner, stream, {"learner": learner, **body})

    def adopt(self, scope: str, policy: Mapping[str, Any], mode: str = "recompute") -> str:
        body = {"scope": scope, "policy": self.keep(policy), "mode": mode}
        return self._definition("PolicyAdopted", f"policy/{scope}", body)

    def publish(self, document: Mapping[str, Any]) -> str:
        digest = self.keep(document)
        body = {"digest": digest, "format": document["format"], "size": 100}
        if "id" in document:
            body["id"] = document["id"]
        return self._definition("DocumentPublished", f"document/{digest}", body)

    def keep(self, document: Mapping[str, Any]) -> str:
        """Keep a document under its digest, without an entry."""
        text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        digest = hashlib.sha256(text.encode()).hexdigest()
        self.documents[digest] = dict(document)
        return digest

    def _piece(
        self, name: str, learner: str, results: Sequence[Mapping[str, Any]], body: dict[str, Any], **more: Any
    ) -> str:
        event = more.get("id") or str(uuid5(UUID(learner), f"{name} {len(self.entries)}"))
        body |= {"learner": learner, "purpose": more.get("purpose", "performance"), "results": list(results)}
        body |= {
            member: more[member] for member in ("redo_of", "course", "task", "work", "feedback_ref") if more.get(member)
        }
        return self._evidence(name, learner, f"evidence/{event}", body, event=event, occurred=more.get("occurred"))

    def forget(self, learner: str) -> str:
        """Asked for and approved at once."""
        stream = f"learner/{learner}"
        request = self._evidence("ForgettingRequested", learner, stream, {"learner": learner})
        return self._evidence("LearnerForgotten", learner, stream, {"learner": learner, "request": request})

    def _evidence(
        self,
        name: str,
        learner: str,
        stream: str,
        body: dict[str, Any],
        *,
        event: str | None = None,
        occurred: Instant | None = None,
    ) -> str:
        where = ("evidence", shard_of(TENANT, learner))
        return self._append(where, (name, learner, stream), body, event, occurred)

    def _definition(self, name: str, stream: str, body: dict[str, Any]) -> str:
        return self._append(("definitions", 0), (name, definitions_owner(TENANT, stream), stream), body, None, None)

    def _append(
        self,
        where: tuple[str, int],
        what: tuple[str, str, str],
        body: dict[str, Any],
        event: str | None,
        occurred: Instant | None,
    ) -> str:
        name, owner, stream = what
        self._positions[where] += 1
        self._versions[stream] += 1
        event = event or named(f"{where} {self._positions[where]}")
        text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        envelope = {
            "actor": named("somebody"),
            "body_digest": hashlib.sha256(text.encode()).hexdigest(),
            "epoch": 1,
            "id": event,
            "ledger": where[0],
            "occurred_at": instant_text(self.now if occurred is None else occurred),
            "owner": owner,
            "position": self._positions[where],
            "recorded_at": instant_text(self.now),
            "schema": f"urn:ascertain:{name}:1",
            "shard": where[1],
            "stream": stream,
            "tenant": TENANT,
            "type": f"ascertain.{name}",
            "version": self._versions[stream],
        }
        self.entries.append({"envelope": envelope, "body": body})
        return event


def result(competency: str, earned: str, possible: str = "4", criterion: str | None = None) -> dict[str, Any]:
    row = {"competency": competency, "earned": earned, "possible": possible}
    return row if criterion is None else row | {"criterion": criterion}
