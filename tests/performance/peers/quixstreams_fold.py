"""The package `quixstreams`: from Kafka to states in its store, with its changelog.

Asked: `bootstrap`, `topic` with its records of attempts keyed by learner, their `count`, and the digest of the
`policy`. Answers `rate`, records a second from the first folded until the changelog is flushed and the offsets are
committed, and `digest`, of all states. A state is kept under the record's key and the competency, as JSON and in its
intervals of commits, both as its manual has them: what changes several times within five seconds is written once.
It takes the records at their word where we check the digest of each body, and makes no rows of changes.
"""

import logging
import time
from collections.abc import Sequence
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from quixstreams import Application

from tests.performance.peers import asked_for, tell
from tests.performance.peers.levels import digest_of_all, folded, pieces_of

SILENCE = 60.0
"""Seconds without a record after which it gives up."""


class Commits(logging.Handler):
    """When the last commit was done: nothing but the log says so."""

    def __init__(self) -> None:
        super().__init__()
        self.last = 0.0

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage().startswith("Committed a checkpoint"):
            self.last = time.perf_counter()


class Fold:
    """Each record folded into the state of its key and competency."""

    def __init__(self, policy: str) -> None:
        self._policy = policy
        self._digests: dict[tuple[str, str], str] = {}
        self.begun = 0.0
        self.done = 0

    def __call__(
        self, body: dict[str, Any], key: str, _at: int, headers: Sequence[tuple[str, bytes]], state: Any
    ) -> None:
        self.begun = self.begun or time.perf_counter()
        facts = {name: content.decode() for name, content in headers}
        for competency, piece in pieces_of(body, facts):
            now = folded(state.get(competency), piece, key, competency, self._policy)
            state.set(competency, now)
            self._digests[key, competency] = now["digest"]
        self.done += 1

    @property
    def digest(self) -> str:
        return digest_of_all(self._digests.values())


def main() -> None:
    asked = asked_for()
    fold, commits = Fold(asked["policy"]), Commits()
    log = logging.getLogger("quixstreams.processing.context")
    log.setLevel(logging.DEBUG)
    log.addHandler(commits)
    log.propagate = False
    with TemporaryDirectory() as folder:
        app = Application(
            asked["bootstrap"],
            consumer_group=f"peer-{uuid4()}",
            auto_offset_reset="earliest",
            state_dir=folder,
            use_changelog_topics=True,
            loglevel=None,
        )
        topic = app.topic(asked["topic"], key_deserializer="str", value_deserializer="json")
        app.dataframe(topic).update(fold, stateful=True, metadata=True)
        app.run(count=asked["count"], timeout=SILENCE, collect=False)
    if fold.done < asked["count"] or not commits.last:
        raise SystemExit(f"Only {fold.done} of {asked['count']} records were folded, or no commit was seen.")
    tell(rate=fold.done / (commits.last - fold.begun), digest=fold.digest)


main()
