"""What a caller of `audit` is told instead of an answer. HTTP makes problems of them, in one place.

- `NotFoundError`: there is no such thing, or it is not the caller's to see; the two look the same.
- `ForgottenError`: the learner is forgotten, and the caller is not one who may still see the bare entries.
- `BusyError`: more verifications wait already than may.
- `OtherRequestError`: the same id or Idempotency-Key came with another request before.
"""


class AuditError(Exception):
    """Anything of the above."""


class NotFoundError(AuditError):
    """`what` is what was looked for, in words."""

    def __init__(self, what: str) -> None:
        super().__init__(f"There is no such {what}.")
        self.what = what


class ForgottenError(AuditError):
    pass


class BusyError(AuditError):
    pass


class OtherRequestError(AuditError):
    pass
