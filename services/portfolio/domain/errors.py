"""What portfolio may refuse.

- `PortfolioError`: any of these; HTTP tells them in one place (`services.portfolio.http.answers`).
  - `ForgottenError`: the learner is forgotten (410).
  - `NotReachedError`: what was asked as of is not applied here yet (503).
  - `UnknownError`: no such learner or work, or not the caller's to see (404).
"""


class PortfolioError(Exception):
    """A refusal, told in one plain sentence."""


class ForgottenError(PortfolioError):
    def __init__(self) -> None:
        super().__init__("This learner's record is closed, and her works are no longer told of.")


class NotReachedError(PortfolioError):
    def __init__(self) -> None:
        super().__init__("These positions are not seen here yet; ask again soon.")


class UnknownError(PortfolioError):
    """`what` is the kind of thing that there is none of."""

    def __init__(self, what: str) -> None:
        super().__init__(f"There is no such {what}.")
        self.what = what
