"""Why `evidence` says no. One tree, mapped to RFC 9457 problems in one place (`http/answers.py`).

- `Refusal`: whatever is not done; nothing of it was stored.
    - `Invalid`: something handed in is wrong. The message says what would be right.
        - `Mismatch`: the id is known already, for another request.
    - `NotFound`: there is no such thing, or it is not the caller's to see or to change: the two look the same.
    - `Gone`: it was there and is forgotten.
        - `Forgotten`: so are these owners, of whom nothing is kept any more.
    - `Conflict`: the state of things does not allow it.
        - `StaleVersion`: the decision was taken on an older version of the stream.
        - `AlreadyVoided`: the piece of evidence was withdrawn before.
        - `StaleStates`: the states that were seen are no longer those of the record.
        - `AlreadyReleased`: there is such a grade; it can be amended.
    - `NotNow`: it could not be done at the moment; the same request may be sent again.

`services.evidence.ports.LedgerUnavailable` is no refusal: there it is not known whether something was stored.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from shared.contracts.reasons import Reason


class Refusal(Exception):  # noqa: N818 - the flows tell refusals, not errors
    """`detail` is one plain sentence; `field` a JSON pointer into what was handed in, where one field is at fault.

    `reason` says the same as a code, for whoever puts it into other words, with the numbers of the sentence by name.
    """

    def __init__(self, detail: str, *, field: str | None = None, reason: Reason | None = None, **figures: int) -> None:
        super().__init__(detail)
        self.detail, self.field, self.reason, self.figures = detail, field, reason, figures


class Invalid(Refusal):
    """Something handed in is wrong."""


class Mismatch(Invalid):
    """The id is known already, for another request."""


class NotFound(Refusal):
    """There is no such `what`, or it is not the caller's."""

    def __init__(self, what: str, *, field: str | None = None) -> None:
        super().__init__(f"There is no such {what}, or it is not yours.", field=field)
        self.what = what


class Gone(Refusal):
    """It was there and is forgotten."""


class Forgotten(Gone):
    """The keys of `owners` are destroyed: nothing of them is kept any more."""

    def __init__(self, owners: Collection[str]) -> None:
        super().__init__("Whom this is about is forgotten: nothing more is recorded.")
        self.owners = frozenset(owners)


class Conflict(Refusal):
    """The state of things does not allow it."""


class StaleVersion(Conflict):
    """The stream is at `version`, which is not what the caller expected."""

    def __init__(self, stream: str, version: int, *, field: str | None = None) -> None:
        super().__init__(
            f"{stream} is at version {version} by now; look at it again and decide on that version.", field=field
        )
        self.stream, self.version = stream, version


class AlreadyVoided(Conflict):
    """The piece of evidence was withdrawn before."""


@dataclass(frozen=True, slots=True)
class StaleState:
    """The state of a competency has the digest `digest`, where `seen` was seen."""

    competency: str
    digest: str
    seen: str


class StaleStates(Conflict):
    """These states are by now other ones than those that were seen."""

    def __init__(self, states: Sequence[StaleState]) -> None:
        super().__init__(
            f"{len(states)} of the states seen are not what the record says by now; look at them again.",
            field="/states",
        )
        self.states = tuple(states)


class AlreadyReleased(Conflict):
    """A grade of this learner, course and period was released before, as `grade`."""

    def __init__(self, grade: str) -> None:
        super().__init__("This grade was released before; amend it, or uphold it.")
        self.grade = grade


class NotNow(Refusal):
    """It could not be done at the moment."""
