"""What mastery may refuse.

- `MasteryError`: any of these; HTTP tells them in one place (`services.mastery.http.answers`).
  - `NotReachedError`: what was asked as of is not applied here (yet) (503, with what is).
  - `ForgottenError`: the learner is forgotten (410).
  - `UnknownError`: no such learner or competency, or not the caller's to see (404).
  - `WrongError`: something in a request is wrong; names the field (422).
  - `MismatchError`: the same id or Idempotency-Key came with another request before (422).
  - `BusyError`: the caller has one under way, or too many others have (429).
"""

from shared.contracts.reasons import Reason
from shared.rulebook.known import Pin


class MasteryError(Exception):
    """A refusal, told in one plain sentence."""


class NotReachedError(MasteryError):
    """`reached` is how far the tables have come for this learner."""

    def __init__(self, message: str, reached: tuple[Pin, ...]) -> None:
        super().__init__(message)
        self.reached = reached


class ForgottenError(MasteryError):
    """`reached` is how far the tables have come where the learner's entries lie."""

    def __init__(self, reached: tuple[Pin, ...]) -> None:
        super().__init__("This learner is forgotten: nothing more is known of her here.")
        self.reached = reached


class UnknownError(MasteryError):
    """`what` is the kind of thing that there is none of."""

    def __init__(self, what: str) -> None:
        super().__init__(f"There is no such {what}.")
        self.what = what


class WrongError(MasteryError):
    """`field` points at what is wrong, `reason` says the same as a code."""

    def __init__(self, message: str, field: str, reason: Reason | None = None) -> None:
        super().__init__(message)
        self.field, self.reason = field, reason


class MismatchError(MasteryError):
    def __init__(self) -> None:
        super().__init__("This id or Idempotency-Key came with another request before; use a new one.")


class BusyError(MasteryError):
    """Told when to ask again. `reason` says the same as a code."""

    def __init__(self, message: str, reason: Reason) -> None:
        super().__init__(message)
        self.reason = reason
