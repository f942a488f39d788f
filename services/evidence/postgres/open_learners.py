"""The learners whom a connection has found open: to look each of them up cost an append a sixth of its time.

Nobody who was closed is ever opened anew. So who was open is so still while the mark of her shard, which
`ledger.plain_facts()` compares while it holds the shard's head, is the one that came with the finding.
"""

from collections.abc import Iterable, Mapping

REMEMBERED = 200_000
"""Learners at most; with more, all are forgotten and looked up again."""


class OpenLearners:
    """Of one connection, and gone with it: another server might have been restored to before a learner's enrolment."""

    def __init__(self) -> None:
        self._marks: dict[int, int] = {}
        self._open: dict[int, set[str]] = {}
        self._count = 0

    def is_open(self, learner: str, shard: int) -> bool:
        """Whether this learner was open at the shard's mark. False says nothing."""
        return learner in self._open.get(shard, ())

    def mark(self, shard: int) -> int | None:
        """What the shard's mark must still be for what is known of its learners to hold; None where none is known."""
        return self._marks.get(shard)

    def learn(self, marks: Mapping[int, int], learners: Mapping[str, int]) -> None:
        """These learners were found open, by their shards, of which these are the marks; each is as it was before."""
        if self._count + len(learners) > REMEMBERED:
            self.forget(list(self._marks))
        self._marks.update(marks)
        for learner, shard in learners.items():
            self._open.setdefault(shard, set()).add(learner)
        self._count += len(learners)

    def forget(self, shards: Iterable[int]) -> None:
        """What was known of these shards may be so no longer."""
        for shard in shards:
            self._marks.pop(shard, None)
            self._count -= len(self._open.pop(shard, ()))
