"""One verification from beginning to end: the ledger, the topics, every state and what is kept beside the states."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from services.audit.domain.verification import Subject
from services.audit.flows.catching_up import catch_up
from services.audit.flows.findings import Findings
from services.audit.flows.verify_kept import KeptComparison
from services.audit.flows.verify_ledger import LedgerComparison
from services.audit.flows.verify_states import StateComparison
from services.audit.flows.verify_topics import TopicVerifier
from services.audit.ports import Copy, Documents, Mastery, Record, Refolder, Topics
from shared.ledger.identifiers import shard_of
from shared.runtime.shards import Shard


@dataclass(frozen=True, slots=True)
class Witnesses:
    """Everything that a verification asks. `patience` is how long it waits for who makes no progress, in seconds."""

    tenant: str
    copy: Copy
    record: Record
    topics: Topics
    mastery: Mastery
    documents: Documents
    patience: float = 30.0


async def verify(subject: Subject, witnesses: Witnesses, refolder: Refolder, findings: Findings) -> None:
    """Compare everything of the subject, and note every difference.

    Raises VerificationError where a witness does not answer: then nothing is known of what was not compared.
    """
    copy, record = witnesses.copy, witnesses.record
    had = await copy.reached()  # before the heads: the copy cannot have what the ledger never had
    heads = await record.heads()
    await catch_up(copy.reached, heads, patience=witnesses.patience)
    ends = {shard: max(head, had.get(shard, 0)) for shard, head in heads.items()}
    await findings.compare(ends)
    ledger = LedgerComparison(copy, record, findings)
    topics = TopicVerifier(copy, record, witnesses.topics, findings)
    states = StateComparison(
        witnesses.tenant,
        *(copy, record, witnesses.mastery, witnesses.documents, refolder, findings, ends),
        patience=witnesses.patience,
    )
    kept = KeptComparison(
        *(witnesses.tenant, copy, record, witnesses.mastery, findings, ends), patience=witnesses.patience
    )
    if subject.learner is None:
        await ledger.of_all(ends)
        await topics.of_all(ends)
        await states.of_all()
        await kept.of_all()
        return
    shard = Shard("evidence", shard_of(witnesses.tenant, subject.learner))
    await ledger.of_owner(shard, subject.learner, ends[shard])
    await topics.of_owner(shard, subject.learner, ends[shard])
    await states.of_learner(subject.learner)
    await kept.of_learner(subject.learner)


class Closable(Refolder, Protocol):
    """A refolder that holds a process."""

    async def close(self) -> None: ...


MakeRefolder = Callable[[], Closable]
